/// The handler of an asynchronous operation as one type, whoever waits for it: what takes such a
/// handler is compiled once instead of once for each of Beast's many operations.
/// Include in .cpp files only: it brings Asio.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace vostro::net {

using boost::system::error_code;

/// Move-only, called once, and run by Asio where the handler inside asks to be run. A handler's
/// allocator and cancellation slot are not kept: nothing here uses them.
template <class... Results>
class Completion {
 public:
  using executor_type = boost::asio::any_io_executor;

  /// `otherwise`: the executor of a handler that has none of its own.
  template <class Handler>
  Completion(Handler&& handler, const executor_type& otherwise)
      : executor_(boost::asio::get_associated_executor(handler, otherwise)),
        box_(std::make_unique<Box<std::decay_t<Handler>>>(std::forward<Handler>(handler))) {}

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }
  void operator()(Results... results) {
    std::exchange(box_, nullptr).release()->finish(results...);
  }

 private:
  struct AnyBox {
    AnyBox() = default;
    AnyBox(const AnyBox&) = delete;
    AnyBox& operator=(const AnyBox&) = delete;
    virtual ~AnyBox() = default;
    /// Calls the handler, and is gone before.
    virtual void finish(Results... results) = 0;
  };
  template <class Handler>
  struct Box final : AnyBox {
    explicit Box(Handler&& from) : handler(std::move(from)) {}
    explicit Box(const Handler& from) : handler(from) {}
    void finish(Results... results) override {
      // Asio's promise: what an operation has taken is given back before its handler runs, which
      // mostly begins the next one.
      Handler last(std::move(handler));
      delete this;
      std::move(last)(results...);
    }
    Handler handler;
  };

  executor_type executor_;
  std::unique_ptr<AnyBox> box_;
};

/// Of reading and writing: how it ended, and how many bytes were moved.
using IoCompletion = Completion<error_code, std::size_t>;
/// Of a handshake or a shutdown.
using StepCompletion = Completion<error_code>;

}  // namespace vostro::net
