#include "mysql/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace millrace::mysql {
namespace {

using ::testing::HasSubstr;

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A key and a certificate that it signed itself.
struct SelfSigned {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();

  explicit SelfSigned(const char* name) {
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());
  }
  ~SelfSigned() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
};

class KeyStore : public ::testing::Test {
 protected:
  KeyStore() { std::filesystem::create_directories(folder_); }
  ~KeyStore() override { std::filesystem::remove_all(folder_); }

  std::string path(const char* name) const { return (folder_ / name).string(); }
  std::string write(const char* name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  // A store with these; null: without.
  std::string write_store(const char* name, EVP_PKEY* key, X509* certificate, X509* other) const {
    STACK_OF(X509)* others = sk_X509_new_null();
    if (other != nullptr) sk_X509_push(others, other);
    PKCS12* store = PKCS12_create("secret", "alias", key, certificate, others, 0, 0, 1000, 1000, 0);
    EXPECT_NE(store, nullptr);
    unsigned char* bytes = nullptr;
    const int size = i2d_PKCS12(store, &bytes);
    const std::string text(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    PKCS12_free(store);
    sk_X509_free(others);
    return write(name, text);
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) / ("millrace_stores_" + std::to_string(getpid()));
  SelfSigned client_{"client"}, authority_{"authority"};
};

TEST_F(KeyStore, KeyAndChainBecomeFilesInMemoryOfTheUserAlone) {
  const std::string store =
      write_store("client.p12", client_.key, client_.certificate, authority_.certificate);
  std::string key_path;
  {
    const auto identity = read_key_store(store, Secret("secret"));
    ASSERT_TRUE(identity) << identity.error().message();
    key_path = identity->key.path();
    EXPECT_THAT(key_path, ::testing::StartsWith("/proc/self/fd/"));
    struct stat status {};
    ASSERT_EQ(stat(key_path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_THAT(read_whole(key_path), HasSubstr("BEGIN PRIVATE KEY"));
    EXPECT_THAT(read_whole(key_path), HasSubstr("BEGIN PRIVATE KEY")) << "from its beginning again";
    const std::string chain = read_whole(identity->certificate.path());
    EXPECT_NE(chain.find("BEGIN CERTIFICATE"), chain.rfind("BEGIN CERTIFICATE"));
    EXPECT_THAT(chain, ::testing::Not(HasSubstr("PRIVATE")));
  }
  EXPECT_EQ(read_whole(key_path).find("PRIVATE"), std::string::npos);
}

TEST_F(KeyStore, TrustedCertificatesNeedNoKey) {
  const std::string store = write_store("trust.p12", nullptr, nullptr, authority_.certificate);
  const auto trusted = read_trust_store(store, Secret("secret"));
  ASSERT_TRUE(trusted) << trusted.error().message();
  EXPECT_THAT(read_whole(trusted->path()), HasSubstr("BEGIN CERTIFICATE"));
}

TEST_F(KeyStore, WhatCannotBeReadSaysWhyAndWhatToDo) {
  const std::string good = write_store("good.p12", client_.key, client_.certificate, nullptr);
  const std::string trust = write_store("only.p12", nullptr, nullptr, authority_.certificate);
  const struct {
    const char* name;
    std::string path;
    const char* password;
    const char* expected;
  } rows[] = {
      {"absent", path("absent.p12"), "secret", "can't be read: No such file or directory"},
      {"a folder", folder_.string(), "secret", "can't be read"},
      {"another password", good, "wrong", "has another password"},
      {"Java's own format", write("j.jks", std::string("\xfe\xed\xfe\xed\0\0\0\2", 8)), "secret",
       "is in Java's own format (JKS), not PKCS12; convert it: keytool -importkeystore"},
      {"something else", write("x.p12", "hello"), "secret", "is not in the format PKCS12; convert"},
      {"empty", write("empty.p12", ""), "secret", "is not in the format PKCS12"},
      {"cut short", write("cut.p12", read_whole(good).substr(0, 200)), "secret",
       "is not in the format PKCS12"},
      {"no key", trust, "secret", "holds no private key"},
  };
  for (const auto& row : rows) {
    const auto identity = read_key_store(row.path, Secret(row.password));
    ASSERT_FALSE(identity) << row.name;
    EXPECT_FALSE(identity.error().is_transient()) << row.name;
    EXPECT_THAT(identity.error().message(), HasSubstr(row.expected)) << row.name;
    EXPECT_THAT(identity.error().message(), HasSubstr(row.path)) << row.name;
  }
}

}  // namespace
}  // namespace millrace::mysql
