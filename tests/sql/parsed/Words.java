import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.calcite.config.Lex;
import org.apache.calcite.sql.dialect.AnsiSqlDialect;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.flink.sql.parser.impl.FlinkSqlParserImpl;
import org.apache.flink.sql.parser.validate.FlinkSqlConformance;

/** Asks a Flink's own SQL parser which words of a statement may change their case without changing its tree. */
public final class Words {
    private static final Pattern WORD = Pattern.compile("'(?:[^']|'')*'|`[^`]*`|[A-Za-z_][A-Za-z0-9_]*");

    /** Arguments: "statements FILE", or "templates FILE WORDS". One line of answer for each line of FILE. */
    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Path.of(arguments[1]))) {
            boolean whole = arguments[0].equals("statements");
            System.out.println(whole ? words(line) : names(line, Files.readAllLines(Path.of(arguments[2]))));
        }
    }

    /** The words by offset, k for a keyword and n for a name; nothing for a statement that is not read. */
    private static String words(String sql) {
        String tree = tree(sql);
        StringBuilder found = new StringBuilder();
        for (var word = WORD.matcher(sql); tree != null && word.find(); ) {
            if ("'`".indexOf(sql.charAt(word.start())) >= 0) {
                continue;
            }
            String other = tree(sql.substring(0, word.start()) + swapped(word.group()) + sql.substring(word.end()));
            if (other != null) {
                found.append(word.start()).append(other.equals(tree) ? "k " : "n ");
            }
        }
        return found.toString().strip();
    }

    /** The words that are names in the place of @. */
    private static String names(String template, Iterable<String> words) {
        StringBuilder names = new StringBuilder();
        for (String word : words) {
            String upper = tree(template.replace("@", word));
            String lower = tree(template.replace("@", word.toLowerCase()));
            if (upper != null && lower != null && !upper.equals(lower)) {
                names.append(word).append(' ');
            }
        }
        return names.toString().strip();
    }

    private static String tree(String sql) {
        try {
            var config =
                    SqlParser.config()
                            .withParserFactory(FlinkSqlParserImpl.FACTORY)
                            .withConformance(FlinkSqlConformance.DEFAULT)
                            .withLex(Lex.JAVA)
                            .withIdentifierMaxLength(256);
            return SqlParser.create(sql, config)
                    .parseStmt()
                    .toSqlString(
                            to ->
                                    to.withDialect(AnsiSqlDialect.DEFAULT)
                                            .withQuoteAllIdentifiers(true)
                                            .withAlwaysUseParentheses(true))
                    .getSql();
        } catch (Exception | Error refused) {
            return null;
        }
    }

    private static String swapped(String word) {
        StringBuilder other = new StringBuilder();
        for (char one : word.toCharArray()) {
            other.append(Character.isUpperCase(one) ? Character.toLowerCase(one) : Character.toUpperCase(one));
        }
        return other.toString();
    }
}
