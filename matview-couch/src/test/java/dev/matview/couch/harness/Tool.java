package dev.matview.couch.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What some tests need beside a JDK and Maven. It is missing only where it is not there at all: one that is there and does
 * not work fails the tests.
 */
public enum Tool {
    COUCHDB("CouchDB tests") {
        @Override
        Optional<String> missing() {
            if (!TestCouch.configuredUrl().isEmpty() || DockerServer.answers()) {
                return Optional.empty();
            }
            return NODE.missing().map(reason -> "no COUCHDB_URL, no Docker, " + reason);
        }
    },
    NODE("Node.js tests") {
        @Override
        Optional<String> missing() {
            if (find("node").isEmpty() || find("npm").isEmpty()) {
                return Optional.of("no node and npm");
            }
            int version = nodeVersion(find("node").get());
            return version < OLDEST_NODE ? Optional.of("Node.js " + version + " is too old") : Optional.empty();
        }
    },
    BROWSER("browser tests") {
        @Override
        Optional<String> missing() {
            return find(BROWSERS).isPresent() && find("chromedriver").isPresent()
                    ? Optional.empty()
                    : Optional.of("no chromium and chromedriver");
        }
    },
    CURL("shell tests") {
        @Override
        Optional<String> missing() {
            return find("sh").isPresent() && find("curl").isPresent()
                    ? Optional.empty()
                    : Optional.of("no sh and curl");
        }
    },
    PROMTOOL("checks by Prometheus' promtool") {
        @Override
        Optional<String> missing() {
            return find("promtool").isPresent() ? Optional.empty() : Optional.of("no promtool");
        }
    };

    /** The names that Chromium goes by. */
    public static final String[] BROWSERS = {"chromium", "chromium-browser", "google-chrome"};

    private static final int OLDEST_NODE = 18;
    private static final Pattern NODE_VERSION = Pattern.compile("v(\\d+)\\..*", Pattern.DOTALL);

    private final String tests;

    Tool(String tests) {
        this.tests = tests;
    }

    /** Why tests that need it cannot run here; empty where they can. */
    abstract Optional<String> missing();

    /** The tests that need it. */
    String tests() {
        return tests;
    }

    /** Its name on the command line. */
    String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The first of these programs that is in the path. */
    public static Optional<Path> find(String... names) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin");
        return Arrays.stream(names)
                .flatMap(name -> Stream.of(path.split(":")).map(place -> Path.of(place, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static int nodeVersion(Path node) {
        try {
            Process process = new ProcessBuilder(node.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes());
            Matcher version = NODE_VERSION.matcher(printed);
            if (!process.waitFor(10, TimeUnit.SECONDS) || !version.matches()) {
                throw new IllegalStateException(node + " --version says " + printed);
            }
            return Integer.parseInt(version.group(1));
        } catch (IOException e) {
            throw new IllegalStateException(node + " does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
