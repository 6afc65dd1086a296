package acme;

import org.apache.flink.table.functions.AggregateFunction;

/** An aggregate, whose sum is state of the job. */
public class Total extends AggregateFunction<Long, Total.Sum> {
    /** The state. */
    public static class Sum {
        public long value;
    }

    public void accumulate(Sum sum, Long more) {
        sum.value += more == null ? 0 : more;
    }

    @Override
    public Long getValue(Sum sum) {
        return sum.value;
    }

    @Override
    public Sum createAccumulator() {
        return new Sum();
    }
}
