package dev.headgate;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at folders, and leaves the sign of a job in one, through the JobManager's own file systems.
 *
 * <p>The sign is a file whose first line is another folder to look at, or empty, and whose second and
 * third are the start that left it, and when: a start that fails puts back the sign that was there
 * before, which a second file holds until the next.
 *
 * <p>What is found is JSON, handed back as the name of a pipeline that is never run: a list with one
 * object a path, in their order. {@code failed} holds why a path could not be read, {@code
 * unsupported} that nothing here reads such paths at all.
 */
final class Folders {

    private static final Logger LOG = LoggerFactory.getLogger(Folders.class);
    private static final String SIGN = "started";
    private static final String SIGN_BEFORE = "started-before";
    private static final String METADATA = "_metadata";
    private static final int LONGEST_SIGN = 4096;
    private static final int MOST_SNAPSHOTS = 500;
    // Below what a client waits for an answer; an unreachable store would be tried for minutes.
    private static final long SECONDS = 15;

    private Folders() {}

    /** What {@code look}, {@code mark} or {@code unmark} finds at the paths, in their order. */
    static void answer(String mode, List<String> paths) throws Exception {
        List<String> told = new ArrayList<>();
        for (String path : paths) {
            told.add(mode.equals("look") ? looked(path) : mode.equals("mark") ? marked(path) : unmarked(path));
        }
        StreamExecutionEnvironment never = StreamExecutionEnvironment.getExecutionEnvironment();
        never.fromSequence(0, 0).print();
        never.execute("[" + String.join(",", told) + "]");
    }

    /**
     * Makes a folder with the sign of a start: the text is the folder, then the lines of the sign. A
     * failure is logged, and the start goes on.
     */
    static String marked(String text) {
        String[] parts = text.split("\n", 2);
        String told = within(parts[0], () -> leave(new Path(parts[0]), parts[1]));
        if (told.startsWith("{\"failed") || told.startsWith("{\"unsupported")) {
            LOG.warn("headgate could not leave the sign of a started job in {}: {}", parts[0], told);
        }
        return told;
    }

    /** Takes a sign back that is still that of this start: the one before it is there again. */
    static String unmarked(String text) {
        String[] parts = text.split("\n", 2);
        return within(parts[0], () -> takeBack(new Path(parts[0]), parts[1]));
    }

    private static String leave(Path folder, String content) throws IOException {
        FileSystem files = FileSystem.get(folder.toUri());
        files.mkdirs(folder);
        Path sign = new Path(folder, SIGN);
        Path before = new Path(folder, SIGN_BEFORE);
        String old = sign(files, sign);
        if (old.equals(content)) {
            return "{}";
        }
        if (!old.isEmpty()) {
            write(files, before, old);
        } else if (status(files, before) != null) {
            files.delete(before, false);
        }
        write(files, sign, content);
        return "{}";
    }

    private static void write(FileSystem files, Path path, String content) throws IOException {
        try (FSDataOutputStream out = files.create(path, FileSystem.WriteMode.OVERWRITE)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String takeBack(Path folder, String content) throws IOException {
        FileSystem files = FileSystem.get(folder.toUri());
        Path sign = new Path(folder, SIGN);
        Path before = new Path(folder, SIGN_BEFORE);
        if (!sign(files, sign).equals(content)) {
            return "{}";
        }
        if (status(files, before) != null) {
            write(files, sign, sign(files, before));
            files.delete(before, false);
        } else {
            files.delete(sign, false);
            FileStatus[] left = files.listStatus(folder);
            if (left != null && left.length == 0) {
                files.delete(folder, false);
            }
        }
        return "{}";
    }

    private static String looked(String path) {
        return within(path, () -> found(new Path(path)));
    }

    private static String found(Path path) throws IOException {
        FileSystem files = FileSystem.get(path.toUri());
        FileStatus own = status(files, path);
        if (own == null) {
            String obstacle = obstacle(files, path);
            return "{\"exists\":false" + (obstacle.isEmpty() ? "" : ",\"obstacle\":" + quoted(obstacle)) + "}";
        }
        if (!own.isDir()) {
            boolean metadata = path.getName().equals(METADATA);
            return "{\"exists\":true" + (metadata ? ",\"at\":" + own.getModificationTime() : "") + "}";
        }
        FileStatus metadata = status(files, new Path(path, METADATA));
        return "{\"exists\":true"
                + (metadata != null ? ",\"at\":" + metadata.getModificationTime() : "")
                + ",\"sign\":"
                + quoted(sign(files, new Path(path, SIGN)))
                + ",\"snapshots\":["
                + String.join(",", snapshots(files, path))
                + "]}";
    }

    /** Why a folder cannot be made, as far as that can be told without making it; empty otherwise. */
    private static String obstacle(FileSystem files, Path path) throws IOException {
        Path there = path.getParent();
        while (there != null && status(files, there) == null) {
            there = there.getParent();
        }
        if (there == null) {
            return "";
        }
        if (!status(files, there).isDir()) {
            return there + " is not a folder";
        }
        if (!"file".equals(files.getUri().getScheme())) {
            return "";
        }
        File folder = new File(there.getPath());
        if (!folder.canWrite()) {
            return "the JobManager may not write to " + there;
        }
        FileStore store = Files.getFileStore(folder.toPath());
        boolean takesFiles = !store.isReadOnly() && store.getTotalSpace() > 0;
        return takesFiles ? "" : there + " is on a file system that takes no files (" + store.type() + ")";
    }

    /** The folders in a folder that hold a complete savepoint, newest first. */
    private static List<String> snapshots(FileSystem files, Path folder) throws IOException {
        List<FileStatus> complete = new ArrayList<>();
        FileStatus[] children = files.listStatus(folder);
        for (FileStatus child : children == null ? new FileStatus[0] : children) {
            FileStatus metadata =
                    child.isDir() ? status(files, new Path(child.getPath(), METADATA)) : null;
            if (metadata != null) {
                complete.add(metadata);
            }
        }
        complete.sort(Comparator.comparingLong(FileStatus::getModificationTime).reversed());
        List<String> told = new ArrayList<>();
        for (FileStatus each : complete.subList(0, Math.min(MOST_SNAPSHOTS, complete.size()))) {
            String path = quoted(each.getPath().getParent().toString());
            told.add("{\"path\":" + path + ",\"at\":" + each.getModificationTime() + "}");
        }
        return told;
    }

    private static String sign(FileSystem files, Path path) throws IOException {
        if (status(files, path) == null) {
            return "";
        }
        try (FSDataInputStream in = files.open(path)) {
            return new String(in.readNBytes(LONGEST_SIGN), StandardCharsets.UTF_8);
        }
    }

    private static FileStatus status(FileSystem files, Path path) throws IOException {
        try {
            return files.getFileStatus(path);
        } catch (FileNotFoundException gone) {
            return null;
        }
    }

    /** The answer, or why there is none: a store that does not answer must not hold up the caller. */
    private static String within(String path, Callable<String> question) {
        FutureTask<String> task = new FutureTask<>(question);
        Thread thread = new Thread(task, "headgate " + path);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            task.cancel(true);
            return "{\"failed\":" + quoted("no answer within " + SECONDS + " s") + "}";
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "{\"failed\":\"interrupted\"}";
        } catch (ExecutionException problem) {
            Throwable cause = problem.getCause();
            boolean unsupported = cause instanceof UnsupportedFileSystemSchemeException;
            return "{\"" + (unsupported ? "unsupported" : "failed") + "\":" + quoted(cause.toString()) + "}";
        }
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
