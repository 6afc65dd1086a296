package acme;

import org.apache.flink.table.functions.ScalarFunction;

/** A function without state. */
public class Upper extends ScalarFunction {
    public String eval(String text) {
        return text == null ? null : text.toUpperCase();
    }
}
