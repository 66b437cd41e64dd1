package dev.matview.server;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says in words why a file could not be read: the exceptions of {@code java.nio.file} say no more than its name. */
final class FileProblem {

    private FileProblem() {}

    static String of(IOException problem) {
        if (problem instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (problem instanceof AccessDeniedException) {
            return "may not be read by this user";
        }
        if (problem instanceof NotDirectoryException) {
            return "is no directory";
        }
        return "cannot be read: " + problem.getMessage();
    }
}
