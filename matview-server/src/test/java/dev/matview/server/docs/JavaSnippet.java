package dev.matview.server.docs;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Java as it stands on a page.
 *
 * <p>A block that declares a class is compiled as it is, and its {@code main} run if it has one. Any other is the body of a
 * method: the types of core's rooms that users see, of couch and of {@code java.time}, {@code java.util} and
 * {@code java.nio.file} are imported, and it finds
 *
 * <ul>
 *   <li>{@code databases}, {@link InMemoryDatabases} of two users with a post each,
 *   <li>{@code posts}, a feed of them, and
 *   <li>{@code feeds}, a {@link GlobalFeeds} with that feed, which is ready.
 * </ul>
 */
final class JavaSnippet {

    private static final Pattern TYPE =
            Pattern.compile("(?m)^(?:public |final |abstract )*(?:class|record|interface|enum) (\\w+)");
    private static final String PRELUDE = """
            import dev.matview.core.*;
            import dev.matview.core.access.*;
            import dev.matview.core.event.*;
            import dev.matview.core.feed.*;
            import dev.matview.core.spi.*;
            import dev.matview.core.memory.*;
            import dev.matview.couch.*;
            import java.nio.file.*;
            import java.time.*;
            import java.util.*;
            """;

    private final Path directory;

    /** @param directory empty, for what is compiled */
    JavaSnippet(Path directory) {
        this.directory = directory;
    }

    /** Compiles it and runs it; gives what it printed. */
    String run(String text) throws Exception {
        Matcher type = TYPE.matcher(text);
        boolean whole = type.find();
        String name = whole ? type.group(1) : "Pasted";
        compile(name, whole ? text : wrapped(text));
        URL[] classes = {directory.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classes, JavaSnippet.class.getClassLoader())) {
            return run(loader.loadClass(name), whole);
        }
    }

    private static String wrapped(String text) {
        String imports = text.lines().filter(JavaSnippet::isImport).collect(Collectors.joining("\n"));
        String body = text.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
        return PRELUDE + imports + """

                class Pasted {
                    static InMemoryDatabases databases;
                    static FeedDefinition posts;
                    static GlobalFeeds feeds;

                    static void pasted() throws Exception {
                """ + body + "\n}}\n";
    }

    private static boolean isImport(String line) {
        return line.startsWith("import ");
    }

    private void compile(String name, String source) throws IOException {
        Path file = Files.writeString(directory.resolve(name + ".java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-d", directory.toString(), "-classpath", System.getProperty("java.class.path"));
            if (!compiler.getTask(complaints, files, null, options, null, files.getJavaFileObjects(file))
                    .call()) {
                throw new AssertionError("it does not compile:\n" + complaints + "\n" + source);
            }
        }
    }

    private static String run(Class<?> compiled, boolean whole) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            if (whole) {
                runMain(compiled);
            } else {
                runPasted(compiled);
            }
        } finally {
            System.setOut(stdout);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static void runMain(Class<?> compiled) throws Exception {
        Method main;
        try {
            main = compiled.getMethod("main", String[].class);
        } catch (NoSuchMethodException onlyCompiled) {
            return;
        }
        call(main, (Object) new String[0]);
    }

    private static void runPasted(Class<?> compiled) throws Exception {
        FeedDefinition posts =
                FeedDefinition.builder("posts").selector("{\"type\": \"post\"}").build();
        try (InMemoryDatabases databases = new InMemoryDatabases();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(posts))
                        .aggregator(databases)
                        .build()) {
            databases.put("userdb-ada", "{\"_id\": \"1\", \"type\": \"post\", \"content\": \"Hello\"}");
            databases.put("userdb-bela", "{\"_id\": \"1\", \"type\": \"post\", \"content\": \"Bread\"}");
            feeds.start();
            feeds.awaitReady(Duration.ofSeconds(30));
            set(compiled, "databases", databases);
            set(compiled, "posts", posts);
            set(compiled, "feeds", feeds);
            call(compiled.getDeclaredMethod("pasted"));
        }
    }

    private static void set(Class<?> compiled, String field, Object value) throws ReflectiveOperationException {
        var place = compiled.getDeclaredField(field);
        place.setAccessible(true);
        place.set(null, value);
    }

    private static void call(Method method, Object... arguments) throws Exception {
        method.setAccessible(true);
        try {
            method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
