#include "audit/archive/place.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/private_file.h"
#include "client/http.h"
#include "net/url.h"

namespace vostro::audit {
namespace {

constexpr std::chrono::milliseconds kConnectTimeout(10'000);
constexpr std::chrono::milliseconds kReadTimeout(120'000);
constexpr int kTries = 3;

class Directory final : public Place {
 public:
  explicit Directory(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] const std::string& name() const override { return path_; }

  [[nodiscard]] Result<Bytes, std::string> read(std::string_view file,
                                                std::size_t size_max) override {
    const std::string path = path_ + "/" + std::string(file);
    const auto failed = [&] { return fail(path + ": " + std::strerror(errno)); };
    // A pipe in its place would keep us waiting; of a regular file O_NONBLOCK changes nothing.
    const OpenFile open(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct ::stat about {};
    if (!open.is_open() || ::fstat(open.get(), &about) != 0) return failed();
    if (!S_ISREG(about.st_mode)) return fail(path + " is not a regular file");
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size > size_max)
      return fail(path + " has " + std::to_string(size) + " bytes, more than " +
                  std::to_string(size_max));
    Bytes content(size);
    for (std::size_t done = 0; done < size;) {
      const ::ssize_t count = ::read(open.get(), content.data() + done, size - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed();
      if (count == 0) return fail(path + " became shorter while it was read");
      done += static_cast<std::size_t>(count);
    }
    return content;
  }

 private:
  std::string path_;
};

class WebServer final : public Place {
 public:
  WebServer(std::string where, net::Url url, const std::string& ca_file)
      : name_(std::move(where)),
        target_(std::move(url.target)),
        connection_(url.origin, kConnectTimeout, ca_file) {
    if (!target_.ends_with('/')) target_ += '/';
  }
  [[nodiscard]] const std::string& name() const override { return name_; }

  [[nodiscard]] Result<Bytes, std::string> read(std::string_view file,
                                                std::size_t size_max) override {
    const std::string target = target_ + std::string(file);
    std::string said;
    for (int i = 0; i < kTries; ++i) {
      const auto answer =
          connection_.exchange({"GET", target, {}, {}, size_max}, SecretText(), kReadTimeout);
      if (!answer) {
        said = client::to_string(answer.error());
        continue;
      }
      if (answer->status != 200)
        return fail(name_ + ": " + target + " is answered with " + std::to_string(answer->status));
      if (answer->body.size() > size_max)
        return fail(name_ + ": " + target + " has more than " + std::to_string(size_max) +
                    " bytes");
      return Bytes(answer->body.begin(), answer->body.end());
    }
    return fail(name_ + ": " + target + ": " + said);
  }

 private:
  std::string name_;
  std::string target_;
  client::HttpConnection connection_;
};

}  // namespace

Result<std::unique_ptr<Place>, std::string> open_place(const std::string& where,
                                                       const std::string& ca_file) {
  if (!where.starts_with("http://") && !where.starts_with("https://"))
    return std::unique_ptr<Place>(std::make_unique<Directory>(where));
  auto url = net::parse_url(where);
  if (!url || url->target.find('?') != std::string::npos)
    return fail(where + " is no address of an archive: https://host[:port]/path");
  return std::unique_ptr<Place>(std::make_unique<WebServer>(where, *std::move(url), ca_file));
}

}  // namespace vostro::audit
