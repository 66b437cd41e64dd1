package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.matview.server.log.CapturedLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFileTest {

    @RegisterExtension
    final CapturedLog log = new CapturedLog(SecretFile.class.getName(), Level.WARN);

    @TempDir
    Path directory;

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

        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN --some-option " + file + ": others than its owner may read or write it (mode " + octal
                        + ", " + mode + ")")
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rwx--x--x"})
    void aFileThatItsOwnerAloneReadsIsNoMatter(String mode) throws Exception {
        SecretFile.read("--some-option", file(mode));

        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aLinkIsAsOpenAsWhatItLeadsTo() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file("rw-------"));

        SecretFile.read("--some-option", link);

        assertThat(log.lines()).isEmpty();
    }
}
