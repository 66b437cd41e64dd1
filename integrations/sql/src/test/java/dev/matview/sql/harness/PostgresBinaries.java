package dev.matview.sql.harness;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** PostgreSQL's programs, as Maven Central has them for Linux, unpacked beneath {@code target}. */
final class PostgresBinaries {

    private PostgresBinaries() {}

    /** The archive for this machine; nothing where there is none. */
    static Optional<String> archive() {
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
        String name = "/postgres-linux-" + machine + ".txz";
        return linux && PostgresBinaries.class.getResource(name) != null ? Optional.of(name) : Optional.empty();
    }

    /** Where {@code bin} is. */
    static synchronized Path unpacked() throws IOException {
        Path place = target().resolve("postgres-binaries");
        if (Files.isDirectory(place)) {
            return place;
        }
        Files.createDirectories(place.getParent());
        Path aside = Files.createTempDirectory(place.getParent(), "postgres");
        try (InputStream in =
                        PostgresBinaries.class.getResourceAsStream(archive().orElseThrow());
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(in)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry, aside);
            }
        }
        Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            Files.move(aside, place);
        } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            // Another JVM was faster.
            return Files.isDirectory(place) ? place : aside;
        }
        return place;
    }

    /** Where this module is built, whatever directory the tests run in. */
    private static Path target() throws IOException {
        try {
            URI here = PostgresBinaries.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(here).toAbsolutePath().getParent();
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path into) throws IOException {
        Path file = into.resolve(entry.getName()).normalize();
        if (!file.startsWith(into)) {
            throw new IOException("an archive that leaves its place: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, file);
        boolean program = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
