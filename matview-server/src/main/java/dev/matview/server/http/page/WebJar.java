package dev.matview.server.http.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** A package of the npm registry as a jar: its files are in a folder that is named after its version. */
final class WebJar {

    private static final String GROUP = "org.webjars.npm";

    private WebJar() {}

    /** @throws IllegalStateException when it is not in the class path */
    static byte[] read(String name, String file) {
        Properties properties = new Properties();
        try (InputStream in = open("/META-INF/maven/" + GROUP + '/' + name + "/pom.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes("/META-INF/resources/webjars/" + name + '/' + properties.getProperty("version") + '/' + file);
    }

    /** The bytes of a resource, by its name as {@link Class#getResourceAsStream} has it. */
    static byte[] bytes(String resource) {
        try (InputStream in = open(resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) {
        InputStream in = WebJar.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException(resource + " is missing from the program");
        }
        return in;
    }
}
