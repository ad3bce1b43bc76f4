#include <cstdio>
#include <fstream>

#include "tests/fuzz/target.h"

bool vostro::fuzz::write_seeds(const std::string& directory) {
  std::size_t number = 0;
  for (const Bytes& seed : seeds()) {
    char name[32];
    std::snprintf(name, sizeof name, "/seed-%03zu", number++);
    std::ofstream file(directory + name, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(seed.data()),
               static_cast<std::streamsize>(seed.size()));
    file.close();
    if (!file) return false;
  }
  return number > 0;
}
