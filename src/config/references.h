#pragma once

// References inside values, as Kafka Connect's configuration providers write them: a password stands in the
// environment or in a file and only its name in the configuration.
//
//   ${env:NAME}        the environment variable
//   ${file:PATH}       the file's content without line ends at its end
//   ${file:PATH:KEY}   the value of KEY in a properties file
//   ${dir:PATH:FILE}   the file FILE in that folder (a mounted secret, systemd's credentials)
//
// A value may hold several, with text around them. ${1} and other forms without a colon are not references.

#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::config {

// The value with all references replaced. An error says which reference failed and why, never what a secret is.
Result<std::string> resolve_references(std::string_view value);
bool has_reference(std::string_view value);

// A whole file, up to a size that no configuration or secret has.
Result<std::string> read_small_file(const std::string& path);

// The value of a key in the text of a Java properties file: comments, continued lines and escapes as there.
Result<std::string> find_in_properties(std::string_view text, std::string_view key);

}  // namespace millrace::config
