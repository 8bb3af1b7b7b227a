#pragma once

// PKCS12 key stores, as Java's keytool writes them, for a library that wants PEM files. Key material never touches a
// disk: the PEM text lies in memory files of this process, which libmysqlclient opens by name (/proc/self/fd/N) while it
// connects. Nobody but the process's own user could open them, and they are gone with the object.
//
// Blocks on reading the store. Errors are definite and say how to convert a store that can't be read.

#include <string>

#include "millrace/base/result.h"
#include "millrace/base/secret.h"

namespace millrace::mysql {

// Text in memory under the name of a file.
class MemoryFile {
 public:
  MemoryFile() = default;
  static Result<MemoryFile> make(const std::string& text);
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&& other) noexcept;
  ~MemoryFile();

  // Empty for one that wasn't made.
  std::string path() const;

 private:
  explicit MemoryFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

// The client's certificate with its chain, and its key.
struct ClientIdentity {
  MemoryFile certificate, key;
};
Result<ClientIdentity> read_key_store(const std::string& path, const Secret& password);

// The certificates that are trusted.
Result<MemoryFile> read_trust_store(const std::string& path, const Secret& password);

}  // namespace millrace::mysql
