package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks that whoever builds a thing can close it, in any order, and that nothing of it is left. */
public final class Ownership {

    private Ownership() {}

    /**
     * Closes all, in their order and each twice: none may fail, and nothing may be complained of on {@link System#err}
     * meanwhile, where the log has to go.
     */
    public static void assertQuietlyClosed(List<? extends AutoCloseable> opened) {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            for (AutoCloseable one : opened) {
                assertThatCode(one::close).doesNotThrowAnyException();
                assertThatCode(one::close).as("again").doesNotThrowAnyException();
            }
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("WARN", "ERROR", "Exception");
    }

    /** The threads of matview's that are alive. */
    public static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("matview"))
                .collect(Collectors.toSet());
    }
}
