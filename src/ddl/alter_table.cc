#include "ddl/column_parser.h"
#include "ddl/statement_parsers.h"
#include "ddl/table_clauses.h"

// ALTER TABLE: specifications by their first word. What concerns partitions, storage or the order
// of rows changes no shape and is passed over, but it is parsed: a specification that isn't known
// must not be taken for a harmless one.

namespace millrace::ddl {
namespace {

bool ends_statement(const Token& token) {
  return token.kind == TokenKind::kEnd || token.is_symbol(';');
}

class AlterParser {
 public:
  AlterParser(SchemaReader& reader, AlterTable& statement)
      : reader_(reader), tokens_(reader.tokens()), statement_(statement) {}

  bool parse();

 private:
  template <typename T>
  bool keep(T specification) {
    return reader_.append(statement_.specifications, AlterSpecification(std::move(specification)));
  }

  bool parse_specification();
  Step parse_shape_specification();
  Step parse_table_specification();
  bool parse_add();
  bool add_elements();
  bool parse_change(bool has_new_name);
  bool parse_drop();
  bool parse_alter_column();
  bool parse_rename();
  bool parse_convert();
  bool skip_order();
  Step read_options();
  bool keep_options();

  bool at_partition_words();
  bool at_partition_command();
  bool skip_rest();

  SchemaReader& reader_;
  TokenStream& tokens_;
  AlterTable& statement_;
  TableOptions options_;
  // Where the default charset stands among the specifications, once one is met.
  std::optional<std::size_t> charset_index_;
};

bool AlterParser::parse() {
  statement_.if_exists = tokens_.accept_sequence({"IF", "EXISTS"});
  if (!reader_.read_table(statement_.table)) return false;
  reader_.head().skip_wait();
  if (!ends_statement(tokens_.peek())) {
    do {
      if (!parse_specification()) return false;
      // PARTITION BY and REMOVE PARTITIONING follow without a comma.
      if (at_partition_command() && !skip_rest()) return false;
    } while (tokens_.accept_symbol(','));
  }
  return keep_options() && reader_.expect_end();
}

bool AlterParser::parse_specification() {
  if (at_partition_command()) return skip_rest();
  Step step = parse_shape_specification();
  if (step == Step::kNotMine) step = parse_table_specification();
  if (step == Step::kNotMine) return reader_.fail("a specification of ALTER TABLE");
  return step == Step::kTaken;
}

Step AlterParser::parse_shape_specification() {
  if (tokens_.accept("ADD")) return step_of(parse_add());
  if (tokens_.accept("CHANGE")) return step_of(parse_change(true));
  if (tokens_.accept("MODIFY")) return step_of(parse_change(false));
  if (tokens_.accept("DROP")) return step_of(parse_drop());
  if (tokens_.accept("ALTER")) return step_of(parse_alter_column());
  if (tokens_.accept("RENAME")) return step_of(parse_rename());
  if (tokens_.accept("CONVERT")) return step_of(parse_convert());
  return Step::kNotMine;
}

Step AlterParser::parse_table_specification() {
  if (tokens_.accept_sequence({"ORDER", "BY"})) return step_of(skip_order());
  if (tokens_.accept("FORCE") || tokens_.accept_sequence({"ENABLE", "KEYS"}) ||
      tokens_.accept_sequence({"DISABLE", "KEYS"}) ||
      tokens_.accept_sequence({"DISCARD", "TABLESPACE"}) ||
      tokens_.accept_sequence({"IMPORT", "TABLESPACE"}) ||
      tokens_.accept_sequence({"WITH", "VALIDATION"}) ||
      tokens_.accept_sequence({"WITHOUT", "VALIDATION"})) {
    return Step::kTaken;
  }
  if (tokens_.accept_any({"ALGORITHM", "LOCK"})) return step_of(reader_.skip_value());
  return read_options();
}

// Table options may stand in a row without commas.
Step AlterParser::read_options() {
  Step step = read_table_option(reader_, options_);
  const bool is_option = step == Step::kTaken;
  while (step == Step::kTaken) step = read_table_option(reader_, options_);
  if (!options_.charset.empty() && !charset_index_) {
    charset_index_ = statement_.specifications.size();
  }
  return step == Step::kNotMine && is_option ? Step::kTaken : step;
}

// The server gathers the options of the whole statement before it uses them: COLLATE y, CHARSET x
// is CHARSET x COLLATE y.
bool AlterParser::keep_options() {
  statement_.comment = std::move(options_.comment);
  if (!charset_index_) return true;
  auto& list = statement_.specifications;
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(*charset_index_),
              DefaultCharset{std::move(options_.charset)});
  return true;
}

bool AlterParser::add_elements() {
  do {
    TableElement element;
    if (!parse_table_element(reader_, element)) return false;
    if (element.column && !keep(AddColumn{std::move(*element.column), {}, false})) return false;
    KeyClause& key = element.key;
    if (key.key && !keep(AddKey{std::move(*key.key), key.if_not_exists})) return false;
  } while (tokens_.accept_symbol(','));
  return reader_.expect_symbol(')');
}

bool AlterParser::parse_add() {
  const bool says_column = tokens_.accept("COLUMN");
  if (!says_column) {
    if (at_key(reader_)) {
      KeyClause clause;
      if (!parse_key(reader_, clause)) return false;
      return !clause.key || keep(AddKey{std::move(*clause.key), clause.if_not_exists});
    }
    if (tokens_.accept_sequence({"SYSTEM", "VERSIONING"})) return true;  // MariaDB
    if (tokens_.accept_sequence({"PERIOD", "FOR"})) {
      std::string ignored;
      return reader_.read_name(ignored) && reader_.skip_parentheses();
    }
  }
  AddColumn add;
  add.if_not_exists = tokens_.accept_sequence({"IF", "NOT", "EXISTS"});
  if (tokens_.accept_symbol('(')) return add_elements();
  return reader_.read_column_name(add.column.name) && parse_column_body(reader_, add.column) &&
         parse_placement(reader_, add.placement) && keep(std::move(add));
}

// CHANGE old new definition, MODIFY name definition
bool AlterParser::parse_change(bool has_new_name) {
  ChangeColumn change;
  tokens_.accept("COLUMN");
  change.if_exists = tokens_.accept_sequence({"IF", "EXISTS"});
  if (!reader_.read_column_name(change.old_name)) return false;
  change.column.name = change.old_name;
  if (has_new_name && !reader_.read_column_name(change.column.name)) return false;
  return parse_column_body(reader_, change.column) && parse_placement(reader_, change.placement) &&
         keep(std::move(change));
}

bool AlterParser::parse_drop() {
  if (tokens_.accept_sequence({"PRIMARY", "KEY"})) return keep(DropKey{"PRIMARY", false});
  if (tokens_.accept_sequence({"SYSTEM", "VERSIONING"})) return true;  // MariaDB
  std::string name;
  if (tokens_.accept_sequence({"PERIOD", "FOR"})) return reader_.read_name(name);
  if (tokens_.accept("CHECK") || tokens_.accept_sequence({"FOREIGN", "KEY"})) {
    tokens_.accept_sequence({"IF", "EXISTS"});
    return reader_.read_name(name);
  }
  const bool is_key = tokens_.accept_any({"INDEX", "KEY", "CONSTRAINT"});
  if (!is_key) tokens_.accept("COLUMN");
  const bool if_exists = tokens_.accept_sequence({"IF", "EXISTS"});
  if (is_key) {
    return read_key_reference(reader_, name) && keep(DropKey{std::move(name), if_exists});
  }
  if (!reader_.read_column_name(name)) return false;
  tokens_.accept_any({"RESTRICT", "CASCADE"});
  return keep(DropColumn{std::move(name), if_exists});
}

// ALTER [COLUMN] c ..., ALTER INDEX i ..., ALTER CHECK c ...
bool AlterParser::parse_alter_column() {
  std::string name;
  if (tokens_.accept_any({"INDEX", "KEY", "CHECK", "CONSTRAINT"})) {
    tokens_.accept_sequence({"IF", "EXISTS"});
    if (!reader_.read_name(name)) return false;
    tokens_.accept("NOT");
    return tokens_.accept_any({"VISIBLE", "INVISIBLE", "IGNORED", "ENFORCED"}) ||
           reader_.fail("VISIBLE, INVISIBLE or ENFORCED");
  }
  tokens_.accept("COLUMN");
  const bool if_exists = tokens_.accept_sequence({"IF", "EXISTS"});
  if (!reader_.read_column_name(name)) return false;
  if (tokens_.accept_sequence({"SET", "MASKING", "POLICY"})) return reader_.read_name(name);
  if (tokens_.accept_sequence({"DROP", "MASKING", "POLICY"})) return true;
  if (tokens_.accept_sequence({"DROP", "DEFAULT"})) {
    return keep(SetColumnDefault{std::move(name), {}, if_exists});
  }
  if (!reader_.expect("SET")) return false;
  if (tokens_.at_any({"VISIBLE", "INVISIBLE"})) {
    return keep(SetColumnVisibility{std::move(name), tokens_.take().is_word("VISIBLE")});
  }
  DefaultClause value;
  return reader_.expect("DEFAULT") && reader_.read_default(value) &&
         keep(SetColumnDefault{std::move(name), std::move(value), if_exists});
}

bool AlterParser::parse_rename() {
  const bool is_column = tokens_.accept("COLUMN");
  const bool is_key = !is_column && tokens_.accept_any({"INDEX", "KEY"});
  if (!is_column && !is_key) {
    if (tokens_.at_word("CONSTRAINT")) return reader_.fail("COLUMN, INDEX or a table's name");
    if (!tokens_.accept_any({"TO", "AS"})) tokens_.accept_symbol('=');
    RenameTo rename;
    return reader_.read_table(rename.to) && keep(std::move(rename));
  }
  const bool if_exists = tokens_.accept_sequence({"IF", "EXISTS"});
  std::string from;
  std::string to;
  if (is_key) {
    return read_key_reference(reader_, from) && reader_.expect("TO") &&
           read_key_reference(reader_, to) &&
           keep(RenameKey{std::move(from), std::move(to), if_exists});
  }
  return reader_.read_column_name(from) && reader_.expect("TO") && reader_.read_column_name(to) &&
         keep(RenameColumn{std::move(from), std::move(to), if_exists});
}

bool AlterParser::parse_convert() {
  if (!reader_.expect("TO")) return false;
  ConvertCharset convert;
  if (!reader_.accept_character_set()) return reader_.fail("CHARACTER SET");
  if (!reader_.read_charset_name(convert.charset.charset)) return false;
  if (tokens_.accept("COLLATE") && !reader_.read_charset_name(convert.charset.collation)) {
    return false;
  }
  return keep(std::move(convert));
}

// a, t.b DESC, ... ; a comma belongs to the list while what follows it can only be a column.
bool AlterParser::skip_order() {
  std::string ignored;
  while (true) {
    if (!reader_.read_column_name(ignored)) return false;
    tokens_.accept_any({"ASC", "DESC"});
    if (!tokens_.peek().is_symbol(',') || !tokens_.peek(1).is_identifier()) return true;
    const Token& after = tokens_.peek(2);
    const bool is_column = ends_statement(after) || after.is_symbol(',') || after.is_symbol('.') ||
                           after.is_word("ASC") || after.is_word("DESC");
    if (!is_column || tokens_.peek(1).is_word("FORCE")) return true;
    tokens_.take();
  }
}

// PARTITION behind a verb; a column of that name, legal in old servers, has a type behind it.
bool AlterParser::at_partition_words() {
  if (!tokens_.peek(1).is_word("PARTITION")) return false;
  if (tokens_.at_word("DROP")) return tokens_.peek(2).is_identifier();
  if (!tokens_.at_word("ADD")) return true;
  const Token& next = tokens_.peek(2);
  return ends_statement(next) || next.is_symbol('(') || next.is_word("PARTITIONS") ||
         next.is_word("IF") || next.is_word("LOCAL") || next.is_word("NO_WRITE_TO_BINLOG");
}

bool AlterParser::at_partition_command() {
  if (tokens_.at_any({"ADD", "DROP", "COALESCE", "TRUNCATE", "REORGANIZE", "EXCHANGE", "ANALYZE",
                      "CHECK", "OPTIMIZE", "REBUILD", "REPAIR", "DISCARD", "IMPORT"})) {
    return at_partition_words();
  }
  const Token& next = tokens_.peek(1);
  if (tokens_.at_any({"REMOVE", "UPGRADE"})) return next.is_word("PARTITIONING");
  if (tokens_.at_any({"SECONDARY_LOAD", "SECONDARY_UNLOAD"})) {
    return ends_statement(next) || next.is_word("PARTITION");
  }
  return tokens_.at_word("PARTITION") && next.is_word("BY");
}

// A command on partitions is a statement's last specification, and its own commas separate
// partitions.
bool AlterParser::skip_rest() {
  while (!ends_statement(tokens_.peek())) {
    if (!tokens_.peek().is_symbol('(')) {
      tokens_.take();
    } else if (!reader_.skip_parentheses()) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool parse_alter_table(SchemaReader& reader, AlterTable& statement) {
  return AlterParser(reader, statement).parse();
}

}  // namespace millrace::ddl
