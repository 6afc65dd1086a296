package dev.headgate;

import java.lang.reflect.Field;
import java.net.URL;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.resource.ResourceManager;
import org.apache.flink.util.MutableURLClassLoader;

/**
 * Jars of {@code ADD JAR} and {@code CREATE FUNCTION ... USING JAR}, for the class loader of the program.
 *
 * <p>The table environment loads them in a class loader of its own. With a checkpoint interval set, Flink
 * compiles the generated operators once more, in the class loader of the program, which does not know
 * these jars (FLINK-28897): in the plan endpoint of every version, and in the run endpoint of 1.20. By the
 * time a statement is validated Flink has fetched its jars, from whatever file system it has, and this
 * shows its local copies. They go to the TaskManagers as before.
 */
final class AddedJars {

    private AddedJars() {}

    static void show(TableEnvironment tables) {
        ClassLoader program = Thread.currentThread().getContextClassLoader();
        if (!(program instanceof MutableURLClassLoader)) {
            return;
        }
        MutableURLClassLoader open = (MutableURLClassLoader) program;
        Set<String> known = new HashSet<>();
        Arrays.stream(open.getURLs()).map(URL::toString).forEach(known::add);
        for (URL jar : fetched(tables)) {
            if (known.add(jar.toString())) {
                open.addURL(jar);
            }
        }
    }

    /** Flink has no public way to ask; where a later version keeps them elsewhere, nothing is shown. */
    private static Set<URL> fetched(TableEnvironment tables) {
        try {
            Field field = TableEnvironmentImpl.class.getDeclaredField("resourceManager");
            field.setAccessible(true);
            return ((ResourceManager) field.get(tables)).getLocalJarResources();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError elsewhere) {
            return Set.of();
        }
    }
}
