// Writes what orders_cases.txt and outbox_cases.txt expect: runs the real transforms of Kafka Connect and Debezium, and the real converters, over
// the records in orders_input.txt and outbox_input.txt. With the jars of Kafka (connect-*, kafka-clients, jackson-*, slf4j-api) and of the Debezium
// connector on the class path:
//   java -cp JARS tests/unit/encode_transforms/RecordExpected.java tests/unit/encode_transforms
// Only what stands behind "-- plain" and "-- schemas" of each case is written anew.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.*;
import org.apache.kafka.connect.header.*;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

public class RecordExpected {
  static final ObjectMapper MAPPER = new ObjectMapper();

  record Link(Transformation<SourceRecord> transform, Predicate<SourceRecord> predicate, boolean negate) {}

  static JsonConverter converter(boolean key, boolean schemas) {
    JsonConverter converter = new JsonConverter();
    converter.configure(Map.of("schemas.enable", String.valueOf(schemas), "replace.null.with.default", "false"), key);
    return converter;
  }

  // topic TAB key TAB value TAB headers, with schemas; "-" is nothing.
  static SourceRecord read(String line) throws Exception {
    String[] parts = line.split("\t", -1);
    SchemaAndValue key = data(parts[0], parts[1], true);
    SchemaAndValue value = data(parts[0], parts[2], false);
    ConnectHeaders headers = new ConnectHeaders();
    if (!parts[3].isEmpty()) {
      String[] header = parts[3].split("=", 2);
      JsonNode schema = MAPPER.readTree(parts[1]).get("schema");
      SchemaAndValue other = data(parts[0], "{\"schema\":" + schema + ",\"payload\":" + header[1] + "}", true);
      headers.add(header[0], other);
    }
    return new SourceRecord(Map.of(), Map.of(), parts[0], null, key.schema(), key.value(), value.schema(),
        value.value(), null, headers);
  }

  static SchemaAndValue data(String topic, String json, boolean key) {
    if (json.equals("-")) return SchemaAndValue.NULL;
    return converter(key, true).toConnectData(topic, json.getBytes(StandardCharsets.UTF_8));
  }

  static String show(byte[] bytes) {
    return bytes == null ? "-" : new String(bytes, StandardCharsets.UTF_8);
  }

  static String write(SourceRecord record, boolean schemas) {
    StringBuilder headers = new StringBuilder();
    try (SimpleHeaderConverter simple = new SimpleHeaderConverter()) {
      for (Header header : record.headers()) {
        headers.append(headers.length() == 0 ? "" : " ").append(header.key()).append("=")
            .append(show(simple.fromConnectHeader(record.topic(), header.key(), header.schema(), header.value())));
      }
    } catch (java.io.IOException e) {
      throw new RuntimeException(e);
    }
    String time = record.timestamp() == null ? "" : "\t" + record.timestamp();
    if (record.kafkaPartition() != null) time += "\tpartition " + record.kafkaPartition();
    return record.topic() + "\t"
        + show(converter(true, schemas).fromConnectData(record.topic(), record.keySchema(), record.key())) + "\t"
        + show(converter(false, schemas).fromConnectData(record.topic(), record.valueSchema(), record.value())) + "\t"
        + headers + time;
  }

  static Map<String, String> below(Map<String, String> all, String prefix) {
    Map<String, String> some = new TreeMap<>();
    all.forEach((name, value) -> { if (name.startsWith(prefix)) some.put(name.substring(prefix.length()), value); });
    return some;
  }

  // NULL stays NULL, as everywhere in Millrace.
  static Map<String, String> complete(ConfigDef known, Map<String, String> options) {
    if (known.names().contains("replace.null.with.default")) options.putIfAbsent("replace.null.with.default", "false");
    return options;
  }

  @SuppressWarnings("unchecked")
  static List<Link> chain(Map<String, String> properties) throws Exception {
    List<Link> links = new ArrayList<>();
    for (String name : properties.get("transforms").split(",")) {
      Map<String, String> options = below(properties, "transforms." + name + ".");
      var transform = (Transformation<SourceRecord>) Class.forName(options.remove("type")).getDeclaredConstructor().newInstance();
      Predicate<SourceRecord> predicate = null;
      String predicateName = options.remove("predicate");
      boolean negate = "true".equals(options.remove("negate"));
      if (predicateName != null) {
        Map<String, String> of = below(properties, "predicates." + predicateName + ".");
        predicate = (Predicate<SourceRecord>) Class.forName(of.remove("type")).getDeclaredConstructor().newInstance();
        predicate.configure(of);
      }
      transform.configure(complete(transform.config(), options));
      links.add(new Link(transform, predicate, negate));
    }
    return links;
  }

  static String run(Map<String, String> properties, String line, boolean schemas) throws Exception {
    SourceRecord record = read(line);
    try {
      for (Link link : chain(properties)) {
        if (link.predicate != null && link.predicate.test(record) == link.negate) continue;
        record = link.transform.apply(record);
        if (record == null) return "dropped";
      }
      return write(record, schemas);
    } catch (Exception | Error e) {
      System.err.println(properties.get("transforms") + ": " + e);
      return "error";
    }
  }

  public static void main(String[] arguments) throws Exception {
    for (String table : List.of("orders", "outbox")) run(Path.of(arguments[0]), table);
  }

  static void run(Path folder, String table) throws Exception {
    Path cases = folder.resolve(table + "_cases.txt");
    List<String> input = Files.readAllLines(folder.resolve(table + "_input.txt"));
    List<String> result = new ArrayList<>();
    Map<String, String> properties = new TreeMap<>();
    boolean skips = false;
    for (String line : Files.readAllLines(cases)) {
      if (line.startsWith("== ")) {
        properties.clear();
        skips = false;
        System.err.println(line);
        if (!result.isEmpty()) result.add("");
      }
      if (skips && !line.startsWith("-- ")) continue;
      if (line.isEmpty()) continue;
      result.add(line);
      if (line.startsWith("-- ")) {
        skips = true;
        for (String record : input) result.add(run(properties, record, line.equals("-- schemas")));
      } else if (!line.startsWith("== ") && !line.startsWith("#")) {
        String[] parts = line.split("=", 2);
        properties.put(parts[0], parts[1]);
      }
    }
    Files.write(cases, result);
  }
}
