package dev.matview.server.http.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** A file of the page as it is sent: plain, and packed. Immutable and thread-safe. */
final class PageFile {

    private static final int DIGITS = 16;

    private final String contentType;
    private final String digest;
    private final byte[] plain;
    private final byte[] packed;

    /** @param plain is kept, and not to be changed */
    PageFile(String contentType, byte[] plain) {
        this.contentType = contentType;
        this.plain = plain;
        this.digest = digest(List.of(plain));
        this.packed = gzip(plain);
    }

    String contentType() {
        return contentType;
    }

    /** A weak one: it is that of the plain and of the packed form. */
    String entityTag() {
        return "W/\"" + digest + '"';
    }

    byte[] bytes(boolean gzip) {
        return gzip ? packed : plain;
    }

    /** What stands for these bytes, in a few characters. */
    static String digest(List<byte[]> parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            parts.forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 3);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can always be written", e);
        }
        return out.toByteArray();
    }
}
