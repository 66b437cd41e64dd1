package dev.matview.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedSecretTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31})
    void aShortSecretIsRefusedAndNotQuoted(int length) {
        assertThatThrownBy(() -> SharedSecret.of("x".repeat(length).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an HS256 secret has at least 32 bytes, not " + length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "00000000000000000000000000000000000000000000000000000000000000000000",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
                "abababababababababababababababab",
                "aabbccddaabbccddbbaaddccaabbccdd",
                "passwordpasswordpasswordpassword",
                "secret-of-15-bysecret-of-15-bysec",
                "01234567890123456789012345678901",
                "0123456789abcdef0123456789abcdef",
                "0123456789abcdefghijklmnopqrstuvwxyz",
                "zyxwvutsrqponmlkjihgfedcba9876543210",
                "aaaabbbbccccddddeeeeffffgggghhhhiiii",
                "acegikmoqsuwyACEGIKMOQSUWY02468bdf",
                "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"
            })
    void aSecretThatIsGuessedIsRefusedAndNotQuoted(String secret) {
        assertThatThrownBy(() -> SharedSecret.of(secret.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("guessed")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain(secret));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a secret of at least thirty-two bytes, for tests",
                "correct horse battery staple and so on",
                "31415926535897932384626433832795",
                "f3a1c0de99b7426d8e5510ab7cd2e4f6f3a1c0de99b7426d8e5510ab7cd2e4f6"
            })
    void otherSecretsAreTaken(String secret) {
        assertThatCode(() -> SharedSecret.of(secret.getBytes(StandardCharsets.UTF_8)))
                .doesNotThrowAnyException();
    }

    @Property
    void aSecretDrawnByChanceIsTakenHoweverItIsWritten(
            @ForAll long seed, @ForAll @IntRange(min = 32, max = 64) int length) {
        byte[] secret = new byte[length];
        new java.util.Random(seed).nextBytes(secret);

        SharedSecret.of(secret);
        SharedSecret.of(HexFormat.of().formatHex(secret, 0, 16).getBytes(StandardCharsets.US_ASCII));
        SharedSecret.of(Base64.getEncoder().encode(secret));
    }

    @Property
    void whateverIsRepeatedIsRefused(
            @ForAll @Size(min = 1, max = 31) byte[] part, @ForAll @IntRange(min = 62, max = 200) int length) {
        byte[] secret = new byte[length];
        for (int i = 0; i < length; i++) {
            secret[i] = part[i % part.length];
        }

        assertThatThrownBy(() -> SharedSecret.of(secret)).isInstanceOf(IllegalArgumentException.class);
    }
}
