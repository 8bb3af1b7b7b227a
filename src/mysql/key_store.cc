#include "mysql/key_store.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace millrace::mysql {
namespace {

// Stores hold a few certificates of some KiB; the largest trust store in use (a JDK's cacerts) has 150.
constexpr std::size_t kMaxStoreBytes = 4U << 20;

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
void free_certificates(STACK_OF(X509) * certificates) { sk_X509_pop_free(certificates, X509_free); }
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Pkcs12 = std::unique_ptr<PKCS12, Free<PKCS12_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Certificates = std::unique_ptr<STACK_OF(X509), Free<free_certificates>>;

struct Store {
  Key key;                  // null: none in it
  Certificate certificate;  // the key's
  Certificates others;      // may be null
};

Error store_error(const std::string& path, const std::string& what) {
  return definite_error("the key store " + path + " " + what);
}

std::string conversion(const std::string& path) {
  return "; convert it: keytool -importkeystore -srckeystore " + path + " -destkeystore " + path +
         ".p12 -deststoretype pkcs12";
}

Result<std::string> read_store_file(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return store_error(path, std::string("can't be read: ") + strerror(errno));
  std::string bytes(kMaxStoreBytes + 1, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return store_error(path, std::string("can't be read: ") + strerror(errno));
  }
  if (bytes.size() > kMaxStoreBytes) return store_error(path, "is too large to be one");
  return bytes;
}

Result<Pkcs12> decode_store(const std::string& path, const std::string& bytes) {
  // Java's own formats begin with these.
  if (bytes.starts_with("\xfe\xed\xfe\xed") || bytes.starts_with("\xce\xce\xce\xce")) {
    return store_error(path, "is in Java's own format (JKS), not PKCS12" + conversion(path));
  }
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  Pkcs12 store(d2i_PKCS12(nullptr, &data, static_cast<long>(bytes.size())));
  if (store == nullptr) return store_error(path, "is not in the format PKCS12" + conversion(path));
  return store;
}

Result<Store> open_store(const std::string& path, const Secret& password) {
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, read_store_file(path));
  ERR_clear_error();
  MILLRACE_ASSIGN_OR_RETURN(const Pkcs12 decoded, decode_store(path, bytes));
  const char* text = password.reveal().c_str();
  if (PKCS12_mac_present(decoded.get()) != 0 && PKCS12_verify_mac(decoded.get(), text, -1) != 1) {
    return store_error(path, "has another password");
  }
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (PKCS12_parse(decoded.get(), text, &key, &certificate, &others) != 1) {
    char reason[256] = "";
    ERR_error_string_n(ERR_peek_last_error(), reason, sizeof(reason));
    return store_error(path, std::string("can't be opened: ") + reason +
                                 ". Stores made by Java 8 use ciphers that OpenSSL no longer has" +
                                 conversion(path));
  }
  return Store{Key(key), Certificate(certificate), Certificates(others)};
}

// What was written to a BIO in memory.
Result<MemoryFile> to_file(BIO& bio) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(&bio, &data);
  return MemoryFile::make(std::string(data, size > 0 ? static_cast<std::size_t>(size) : 0));
}

bool write_certificates(BIO& out, const Store& store) {
  bool written = store.certificate == nullptr || PEM_write_bio_X509(&out, store.certificate.get());
  const int count = store.others == nullptr ? 0 : sk_X509_num(store.others.get());
  for (int i = 0; i < count && written; ++i)
    written = PEM_write_bio_X509(&out, sk_X509_value(store.others.get(), i)) != 0;
  return written;
}

}  // namespace

Result<MemoryFile> MemoryFile::make(const std::string& text) {
  MemoryFile file(memfd_create("millrace-pem", MFD_CLOEXEC));
  if (file.descriptor_ < 0 || fchmod(file.descriptor_, S_IRUSR | S_IWUSR) != 0) {
    return transient_error(std::string("no memory file for a key store: ") + strerror(errno));
  }
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(file.descriptor_, text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR) {
      return transient_error(std::string("no memory file for a key store: ") + strerror(errno));
    }
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  return file;
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

MemoryFile& MemoryFile::operator=(MemoryFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string MemoryFile::path() const {
  return descriptor_ < 0 ? std::string() : "/proc/self/fd/" + std::to_string(descriptor_);
}

Result<ClientIdentity> read_key_store(const std::string& path, const Secret& password) {
  MILLRACE_ASSIGN_OR_RETURN(const Store store, open_store(path, password));
  if (store.key == nullptr || store.certificate == nullptr) {
    return store_error(path, "holds no private key with its certificate");
  }
  const Bio certificates(BIO_new(BIO_s_mem()));
  const Bio key(BIO_new(BIO_s_secmem()));
  if (certificates == nullptr || key == nullptr || !write_certificates(*certificates, store) ||
      PEM_write_bio_PrivateKey(key.get(), store.key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return store_error(path, "holds a key that can't be written as PEM");
  }
  ClientIdentity identity;
  MILLRACE_ASSIGN_OR_RETURN(identity.certificate, to_file(*certificates));
  MILLRACE_ASSIGN_OR_RETURN(identity.key, to_file(*key));
  return identity;
}

Result<MemoryFile> read_trust_store(const std::string& path, const Secret& password) {
  MILLRACE_ASSIGN_OR_RETURN(const Store store, open_store(path, password));
  const Bio certificates(BIO_new(BIO_s_mem()));
  if (certificates == nullptr || !write_certificates(*certificates, store)) {
    return store_error(path, "holds a certificate that can't be written as PEM");
  }
  if (BIO_pending(certificates.get()) == 0) return store_error(path, "holds no certificate");
  return to_file(*certificates);
}

}  // namespace millrace::mysql
