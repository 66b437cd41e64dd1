package dev.matview.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file with a secret, a password or a token in it: read whole, and looked at for who else may read it. */
final class SecretFile {

    private static final int MAX_BYTES = 64 * 1024;

    private static final Set<PosixFilePermission> OF_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private static final Logger log = LoggerFactory.getLogger(SecretFile.class);

    private SecretFile() {}

    /**
     * What is in the file, without a line end after it. That others than its owner may read or write it is logged.
     *
     * @param option the option that names the file
     */
    static byte[] read(String option, Path file) throws StartupException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new StartupException(option + " " + file + ": is larger than any secret");
            }
            warnOfOthers(option, file);
            int end = bytes.length;
            while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
                end--;
            }
            return Arrays.copyOf(bytes, end);
        } catch (IOException e) {
            throw new StartupException(option + " " + file + ": " + FileProblem.of(e), e);
        }
    }

    private static void warnOfOthers(String option, Path file) throws IOException {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(file);
        } catch (UnsupportedOperationException e) {
            log.debug("{} {}: this file system does not say who may read it", option, file);
            return;
        }
        if (permissions.stream().anyMatch(OF_OTHERS::contains)) {
            log.warn(
                    "{} {}: others than its owner may read or write it (mode {}, {}); chmod 600 leaves it to the owner",
                    option,
                    file,
                    octal(permissions),
                    PosixFilePermissions.toString(permissions));
        }
    }

    /** As chmod writes it: the permissions are declared in the order of its bits. */
    private static String octal(Set<PosixFilePermission> permissions) {
        int mode = 0;
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            mode = mode << 1 | (permissions.contains(permission) ? 1 : 0);
        }
        return "0" + Integer.toOctalString(mode | 01000).substring(1);
    }
}
