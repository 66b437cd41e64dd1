package dev.matview.sql.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A PostgreSQL that a test has started, on a free port of the loopback interface, in a directory of its own. It can be killed and
 * started again, and have standbys.
 */
public final class PostgresServer implements AutoCloseable {

    private static final Duration STARTS = Duration.ofSeconds(60);

    private final Path directory;
    private final int port;
    private final List<String> as;
    private Process process;

    private PostgresServer(Path directory, int port, List<String> as) {
        this.directory = directory;
        this.port = port;
        this.as = as;
    }

    /** A new one, with nothing in it. */
    public static PostgresServer start() throws IOException {
        PostgresServer server = new PostgresServer(newDirectory(), freePort(), asSomebody());
        server.run(
                "initdb", "-D", server.data().toString(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
        server.restart();
        return server;
    }

    private static Path newDirectory() throws IOException {
        Path directory = Files.createTempDirectory("matview-postgres");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
        return directory;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** PostgreSQL refuses to run as root: in a user namespace nobody is. */
    private static List<String> asSomebody() throws IOException {
        boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
        return root ? List.of("unshare", "-U") : List.of();
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Process process(String program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(as);
        command.add(PostgresBinaries.unpacked().resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()));
        builder.environment().put("LC_ALL", "C");
        return builder.start();
    }

    private void run(String program, String... arguments) throws IOException {
        Process started = process(program, List.of(arguments));
        try {
            if (!started.waitFor(STARTS.toSeconds(), TimeUnit.SECONDS) || started.exitValue() != 0) {
                started.destroyForcibly();
                throw new IOException(program + " failed: " + Files.readString(directory.resolve("log")));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts it on what is in its directory, and waits until it answers. */
    public void restart() throws IOException {
        process = process(
                "postgres",
                List.of(
                        "-D",
                        data().toString(),
                        "-p",
                        Integer.toString(port),
                        "-h",
                        "127.0.0.1",
                        "-k",
                        "",
                        "-c",
                        "max_connections=300",
                        "-c",
                        "shared_buffers=64MB",
                        "-c",
                        "max_wal_senders=4",
                        "-c",
                        "wal_level=replica",
                        "-c",
                        "hot_standby=on",
                        "-c",
                        "wal_keep_size=512MB"));
        Awaitility.await().atMost(STARTS).until(this::answers);
    }

    private boolean answers() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("PostgreSQL ended: " + Files.readString(directory.resolve("log")));
        }
        try (Connection connection = connect()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres&loginTimeout=5&socketTimeout=60");
    }

    public int port() {
        return port;
    }

    /** With a schema for a test. */
    public URI url(String schema) {
        return URI.create("postgresql://postgres@127.0.0.1:" + port + "/postgres?schema=" + schema);
    }

    /** Ends it as {@code kill -9} does, with all its processes: nothing is written any more. */
    public void kill() {
        // With the first gone, the others end by themselves, at once where they notice, or they would write what nobody
        // awaits.
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        Awaitility.await().atMost(STARTS).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** A standby that follows this one, as it is now, by streaming. */
    public PostgresServer standby() throws IOException, SQLException {
        PostgresServer standby = new PostgresServer(newDirectory(), freePort(), as);
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            copy(data(), standby.data());
            try (var stopped = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                stopped.next();
                Files.writeString(standby.data().resolve("backup_label"), stopped.getString(1));
            }
        }
        Files.createFile(standby.data().resolve("standby.signal"));
        Files.writeString(
                standby.data().resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres'\n");
        standby.restart();
        return standby;
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(from)) {
            all = files.toList();
        }
        for (Path file : all) {
            Path copied = to.resolve(from.relativize(file));
            if (Files.isDirectory(file)) {
                Files.createDirectories(copied);
                Files.setPosixFilePermissions(copied, Files.getPosixFilePermissions(from));
            } else if (!file.endsWith("postmaster.pid") && Files.exists(file)) {
                Files.copy(file, copied);
            }
        }
    }

    /** Has a standby take writes from now on. */
    public void promote() throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("select pg_promote()");
        }
    }

    @Override
    public void close() {
        kill();
        delete(directory);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | RuntimeException e) {
            // It has been deleted already, or is left to whoever cleans up the temporary files.
            return;
        }
    }
}
