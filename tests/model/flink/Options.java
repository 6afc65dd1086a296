import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.MemorySize;

/** Asks a Flink's own classes for its options, and for what it reads from a text. */
public final class Options {

    /** Arguments: "options JAR...", or "spellings FILE". */
    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("options")) {
            TreeSet<String> lines = new TreeSet<>();
            for (int i = 1; i < arguments.length; i++) {
                collect(arguments[i], lines);
            }
            lines.forEach(System.out::println);
        } else {
            for (String line : Files.readAllLines(Path.of(arguments[1]))) {
                String[] parts = line.split("\t", 2);
                System.out.println(read(parts[0], parts[1].translateEscapes()));
            }
        }
    }

    private static void collect(String jar, Collection<String> lines) throws Exception {
        try (JarFile file = new JarFile(jar)) {
            for (var entry : (Iterable<java.util.jar.JarEntry>) file.stream()::iterator) {
                String name = entry.getName();
                if (name.startsWith("org/apache/flink/")
                        && name.matches(".*(/table/planner/.*|Options|Config|Environment|Strategy)\\.class")
                        && !name.contains("/shaded/")) {
                    String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
                    collectFrom(type, lines);
                }
            }
        }
    }

    private static void collectFrom(String type, Collection<String> lines) {
        try {
            Class<?> holder = Class.forName(type, false, Options.class.getClassLoader());
            // The fields of a Scala object are those of its one instance.
            Object owner = type.endsWith("$") ? holder.getField("MODULE$").get(null) : null;
            for (Field field : holder.getDeclaredFields()) {
                if (ConfigOption.class.isAssignableFrom(field.getType())
                        && (owner != null || Modifier.isStatic(field.getModifiers()))) {
                    field.setAccessible(true);
                    lines.add(described((ConfigOption<?>) field.get(owner)));
                }
            }
        } catch (Throwable broken) {
            System.err.println(type + ": " + broken);
        }
    }

    private static String described(ConfigOption<?> option) throws Exception {
        Class<?> type = (Class<?>) invoked(option, "getClazz");
        boolean list = (boolean) invoked(option, "isList");
        StringJoiner values = new StringJoiner(",");
        if (type.isEnum()) {
            for (Object constant : type.getEnumConstants()) {
                values.add(constant.toString());
            }
        }
        StringJoiner former = new StringJoiner(",");
        for (FallbackKey key : option.fallbackKeys()) {
            former.add(key.getKey());
        }
        Object value = option.hasDefaultValue() ? option.defaultValue() : null;
        String kind = type.isEnum() ? "enum" : type.getSimpleName().toLowerCase();
        String text = value == null ? "" : "=" + written(value);
        return String.join(
                "\t", option.key(), kind, list ? "list" : "", text, values.toString(), former.toString());
    }

    private static Object invoked(ConfigOption<?> option, String name) throws Exception {
        Method method = ConfigOption.class.getDeclaredMethod(name);
        method.setAccessible(true);
        return method.invoke(option);
    }

    enum Word {
        FIRST_WORD,
        SECOND
    }

    enum Dashed {
        FIRST_WORD("first-word"),
        SECOND("second");

        private final String text;

        Dashed(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static String read(String kind, String text) {
        ConfigOption<?> option = option(kind);
        try {
            return "=" + shown(Configuration.fromMap(Map.of("k", text)).get(option)).replace("\n", "\\n");
        } catch (RuntimeException refused) {
            return "refused";
        }
    }

    private static ConfigOption<?> option(String kind) {
        ConfigOptions.OptionBuilder key = ConfigOptions.key("k");
        switch (kind) {
            case "boolean": return key.booleanType().noDefaultValue();
            case "integer": return key.intType().noDefaultValue();
            case "long": return key.longType().noDefaultValue();
            case "float": return key.floatType().noDefaultValue();
            case "double": return key.doubleType().noDefaultValue();
            case "string": return key.stringType().noDefaultValue();
            case "duration": return key.durationType().noDefaultValue();
            case "memorysize": return key.memoryType().noDefaultValue();
            case "map": return key.mapType().noDefaultValue();
            case "enum": return key.enumType(Word.class).noDefaultValue();
            case "dashed": return key.enumType(Dashed.class).noDefaultValue();
            case "string list": return key.stringType().asList().noDefaultValue();
            case "integer list": return key.intType().asList().noDefaultValue();
            case "duration list": return key.durationType().asList().noDefaultValue();
            case "enum list": return key.enumType(Word.class).asList().noDefaultValue();
            case "map list": return key.mapType().asList().noDefaultValue();
            default: throw new IllegalArgumentException(kind);
        }
    }

    /** A default as a text that reads back; a question mark where that is not simple. */
    private static String written(Object value) {
        if (value instanceof Map) {
            return ((Map<?, ?>) value).isEmpty() ? "" : "?";
        }
        if (value instanceof List) {
            List<String> parts = new ArrayList<>();
            ((List<?>) value).forEach(one -> parts.add(shown(one)));
            return String.join(";", parts);
        }
        return shown(value);
    }

    private static String shown(Object value) {
        if (value instanceof Duration) {
            Duration duration = (Duration) value;
            BigInteger nanos = BigInteger.valueOf(duration.getSeconds()).multiply(BigInteger.valueOf(1_000_000_000));
            return nanos.add(BigInteger.valueOf(duration.getNano())) + " ns";
        }
        if (value instanceof MemorySize) {
            return ((MemorySize) value).getBytes() + " b";
        }
        if (value instanceof List) {
            List<String> parts = new ArrayList<>();
            ((List<?>) value).forEach(one -> parts.add(shown(one)));
            return parts.size() + parts.toString();
        }
        if (value instanceof Map) {
            TreeMap<String, String> sorted = new TreeMap<>();
            ((Map<?, ?>) value).forEach((key, one) -> sorted.put(String.valueOf(key), String.valueOf(one)));
            return sorted.size() + sorted.toString();
        }
        return String.valueOf(value);
    }
}
