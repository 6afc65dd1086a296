package dev.headgate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.CompiledPlan;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;

/**
 * Runs the statements it is given as arguments: MODE, then pairs of KIND and TEXT.
 *
 * <p>MODE is {@code compile} (hand the compiled plan back as the job's name; meant for the plan
 * endpoint) or {@code run}. KIND is {@code set} (key=value), {@code execute} (DDL), {@code insert}
 * (all of them become one job), {@code plan} (a compiled plan that takes the place of the inserts) or
 * {@code home} (the folder and the sign of this start, left there just before it; see {@link Folders}).
 * What fails is named: "headgate: statement N failed", counted from 0 over the pairs.
 *
 * <p>The modes {@code look}, {@code mark} and {@code unmark} run no statements: see {@link Folders}.
 */
public final class SqlRunner {

    private static final String JOB_NAME = "pipeline.name";
    private static final String RUNTIME_MODE = ExecutionOptions.RUNTIME_MODE.key();

    private final boolean compiling;
    private final String[] pairs;
    private final TableEnvironment tables;
    private final List<Integer> inserts = new ArrayList<>();
    private int plan = -1;
    private String home = "";

    private SqlRunner(boolean compiling, String[] pairs) {
        this.compiling = compiling;
        this.pairs = pairs;
        EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
        this.tables =
                TableEnvironment.create(
                        (batch() ? settings.inBatchMode() : settings.inStreamingMode()).build());
    }

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && List.of("look", "mark", "unmark").contains(args[0])) {
            Folders.answer(args[0], Arrays.asList(args).subList(1, args.length));
            return;
        }
        boolean compiling = args.length > 0 && args[0].equals("compile");
        if (args.length % 2 == 0 || !(compiling || args[0].equals("run"))) {
            throw new IllegalArgumentException(
                    "headgate: expected compile or run, then pairs of a kind and a text");
        }
        String[] pairs = new String[args.length - 1];
        System.arraycopy(args, 1, pairs, 0, pairs.length);
        SqlRunner runner = new SqlRunner(compiling, pairs);
        runner.prepare();
        runner.execute();
    }

    /** The mode is fixed when the environment is made, so a SET of it is looked for ahead of time. */
    private boolean batch() {
        String mode =
                StreamExecutionEnvironment.getExecutionEnvironment()
                        .getConfiguration()
                        .get(ExecutionOptions.RUNTIME_MODE)
                        .name();
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals("set") && pairs[i + 1].startsWith(RUNTIME_MODE + "=")) {
                mode = pairs[i + 1].substring(RUNTIME_MODE.length() + 1);
            }
        }
        return mode.trim().equalsIgnoreCase(RuntimeExecutionMode.BATCH.name());
    }

    private void prepare() {
        StatementSet checked = tables.createStatementSet();
        for (int i = 0; i < pairs.length / 2; i++) {
            try {
                take(i, checked);
            } catch (Exception | LinkageError | AssertionError | StackOverflowError problem) {
                throw failed(i, problem);
            }
        }
        if (plan < 0 && inserts.isEmpty()) {
            throw new IllegalArgumentException("headgate: no INSERT statement to run");
        }
    }

    private void take(int i, StatementSet checked) {
        String text = text(i);
        switch (pairs[2 * i]) {
            case "set":
                int equals = text.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("expected key=value");
                }
                String key = text.substring(0, equals);
                if (!key.equals(RUNTIME_MODE)) {
                    tables.getConfig().set(key, text.substring(equals + 1));
                }
                break;
            case "execute":
                tables.executeSql(text);
                break;
            case "insert":
                // Parsed and validated here, so that a mistake is known to be in this statement.
                checked.addInsertSql(text);
                inserts.add(i);
                break;
            case "plan":
                plan = i;
                break;
            case "home":
                home = text;
                break;
            default:
                throw new IllegalArgumentException("unknown kind of statement: " + pairs[2 * i]);
        }
    }

    private void execute() {
        AddedJars.show(tables);
        boolean signed = !compiling && !home.isEmpty();
        if (signed) {
            Folders.marked(home);
        }
        try {
            if (plan >= 0) {
                executePlan(text(plan));
            } else if (compiling) {
                compileAndExecute();
            } else {
                statementSet().execute();
            }
        } catch (Exception | LinkageError | AssertionError | StackOverflowError problem) {
            if (signed && !alreadyThere(problem)) {
                Folders.unmarked(home);
            }
            blame();
            throw problem;
        }
    }

    private void compileAndExecute() {
        String compiled;
        try {
            compiled = statementSet().compilePlan().asJsonString();
        } catch (Exception | LinkageError | AssertionError | StackOverflowError problem) {
            tables.getConfig().set(JOB_NAME, "uncompilable: " + innermost(problem));
            statementSet().execute();
            return;
        }
        executePlan(compiled);
    }

    /** In compile mode too the graph comes from the plan: vertex ids follow from its node ids. */
    private void executePlan(String json) {
        if (compiling) {
            tables.getConfig().set(JOB_NAME, json);
        }
        CompiledPlan loaded = tables.loadPlan(PlanReference.fromJsonString(json));
        AddedJars.show(tables);
        loaded.execute();
    }

    /** Another run that wanted the same was faster: the job is there. */
    private static boolean alreadyThere(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause.getClass().getSimpleName().equals("DuplicateJobSubmissionException")
                    || String.valueOf(cause.getMessage()).contains("already been submitted")) {
                return true;
            }
        }
        return false;
    }

    /** A statement is wrong when it cannot be explained; a refused submission is nobody's mistake. */
    private void blame() {
        for (int i : plan >= 0 ? List.of(plan) : inserts) {
            try {
                if (plan >= 0) {
                    tables.loadPlan(PlanReference.fromJsonString(text(i))).explain();
                } else {
                    tables.explainSql(text(i));
                }
            } catch (Exception | LinkageError | AssertionError | StackOverflowError own) {
                throw failed(i, own);
            }
        }
    }

    private StatementSet statementSet() {
        StatementSet all = tables.createStatementSet();
        for (int i : inserts) {
            all.addInsertSql(text(i));
        }
        return all;
    }

    private String text(int i) {
        return pairs[2 * i + 1];
    }

    private RuntimeException failed(int i, Throwable problem) {
        return new RuntimeException("headgate: statement " + culprit(i, problem) + " failed", problem);
    }

    /** The value a SET gave is read only when an INSERT is translated; the mistake is still the SET's. */
    private int culprit(int i, Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            for (int j = 0; j < pairs.length / 2; j++) {
                String told = "for key '" + text(j).split("=", 2)[0] + "'";
                if (pairs[2 * j].equals("set") && String.valueOf(cause.getMessage()).contains(told)) {
                    return j;
                }
            }
        }
        return i;
    }

    private static String innermost(Throwable problem) {
        Throwable last = problem;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.toString() : last.getMessage();
    }
}
