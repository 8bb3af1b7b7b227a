// Stands in for libFuzzer where it isn't linked: gives every kept input to the target once, so that what a fuzzer
// found stays found under g++, under every sanitizer and in ctest.
//
//   replay FILE-OR-FOLDER...     the name of each input is printed before it runs, so a crash names its input

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

void replay(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  std::fprintf(stderr, "%s (%zu bytes)\n", path.c_str(), bytes.size());
  // A copy of exactly the input's size: a read one byte past it is seen by ASan, which a std::string's slack would hide.
  const auto copy = std::make_unique<std::uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  LLVMFuzzerTestOneInput(copy.get(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    const fs::path root(argv[i]);
    if (!fs::exists(root)) {
      std::fprintf(stderr, "no such corpus: %s\n", root.c_str());
      return EXIT_FAILURE;
    }
    if (fs::is_regular_file(root)) {
      replay(root);
      ++count;
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      replay(entry.path());
      ++count;
    }
  }
  std::printf("%zu inputs replayed\n", count);
  // A target without inputs tests nothing; say so instead of passing.
  return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
