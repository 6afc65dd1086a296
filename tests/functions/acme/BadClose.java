package acme;

import java.io.File;

import org.apache.flink.table.functions.ScalarFunction;

/** A function whose task fails as it is stopped, while a file exists. */
public class BadClose extends ScalarFunction {
    // Flink compiles a function into a plan only if it has no fields but such ones.
    private transient String flag = "";

    public Integer eval(Integer value, String file) {
        flag = file;
        return value;
    }

    @Override
    public void close() throws Exception {
        if (new File(flag).exists()) {
            throw new IllegalStateException("close fails");
        }
    }
}
