#include "tests/unit/audit/tamper.h"

#include <rocksdb/db.h>

#include <map>

#include "base/check.h"

namespace vostro::test {

struct RowEditor::Database {
  std::unique_ptr<rocksdb::DB> db;
  std::map<std::string, rocksdb::ColumnFamilyHandle*> families;

  ~Database() {
    for (const auto& [name, handle] : families)
      VOSTRO_CHECK(db->DestroyColumnFamilyHandle(handle).ok());
    VOSTRO_CHECK(db->Close().ok());
  }
};

namespace {

rocksdb::Slice slice(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
Bytes bytes_of(const rocksdb::Slice& text) {
  return {text.data(), text.data() + text.size()};
}

}  // namespace

RowEditor::RowEditor(const std::string& data_directory) : database_(std::make_unique<Database>()) {
  const std::string path = data_directory + "/store/db";
  rocksdb::DBOptions options;
  options.atomic_flush = true;
  options.track_and_verify_wals_in_manifest = true;
  std::vector<std::string> names;
  VOSTRO_CHECK(rocksdb::DB::ListColumnFamilies(options, path, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names)
    descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  VOSTRO_CHECK(rocksdb::DB::Open(options, path, descriptors, &handles, &db).ok());
  database_->db.reset(db);
  for (rocksdb::ColumnFamilyHandle* handle : handles)
    database_->families[handle->GetName()] = handle;
}
RowEditor::~RowEditor() = default;

std::vector<StoredRow> RowEditor::rows(const std::string& family) {
  std::vector<StoredRow> found;
  const std::unique_ptr<rocksdb::Iterator> at(
      database_->db->NewIterator(rocksdb::ReadOptions(), database_->families.at(family)));
  for (at->SeekToFirst(); at->Valid(); at->Next())
    found.push_back({family, bytes_of(at->key()), bytes_of(at->value())});
  VOSTRO_CHECK(at->status().ok());
  return found;
}

void RowEditor::put(const StoredRow& row) {
  VOSTRO_CHECK(database_->db
                   ->Put(rocksdb::WriteOptions(), database_->families.at(row.family),
                         slice(row.key), slice(row.value))
                   .ok());
}
void RowEditor::erase(const StoredRow& row) {
  VOSTRO_CHECK(
      database_->db
          ->Delete(rocksdb::WriteOptions(), database_->families.at(row.family), slice(row.key))
          .ok());
}
void RowEditor::flush() {
  std::vector<rocksdb::ColumnFamilyHandle*> all;
  for (const auto& [name, handle] : database_->families) all.push_back(handle);
  VOSTRO_CHECK(database_->db->Flush(rocksdb::FlushOptions(), all).ok());
}

}  // namespace vostro::test
