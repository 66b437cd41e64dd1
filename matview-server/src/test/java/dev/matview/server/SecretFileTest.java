package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class SecretFileTest {

    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(SecretFile.class);

    @TempDir
    Path directory;

    @BeforeEach
    void listen() {
        logged.start();
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        logger.addAppender(logged);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(logged);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    private Path file(String mode) throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), "hunter2\r\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @ParameterizedTest
    @CsvSource({"rw-r--r--,0644", "rw-r-----,0640", "rw----r--,0604", "rw--w----,0620", "rwxrwxrwx,0777"})
    void thatOthersMayReadOrWriteItIsLoggedWithPathAndMode(String mode, String octal) throws Exception {
        Path file = file(mode);

        assertThat(new String(SecretFile.read("--some-option", file), StandardCharsets.UTF_8))
                .isEqualTo("hunter2");

        assertThat(logged.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage())
                    .startsWith("--some-option " + file + ": others than its owner may read or write it (mode " + octal
                            + ", " + mode + ")")
                    .doesNotContain("hunter2");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rwx--x--x"})
    void aFileThatItsOwnerAloneReadsIsNoMatter(String mode) throws Exception {
        SecretFile.read("--some-option", file(mode));

        assertThat(logged.list).isEmpty();
    }

    @Test
    void aLinkIsAsOpenAsWhatItLeadsTo() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file("rw-------"));

        SecretFile.read("--some-option", link);

        assertThat(logged.list).isEmpty();
    }
}
