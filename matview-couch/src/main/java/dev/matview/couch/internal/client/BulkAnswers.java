package dev.matview.couch.internal.client;

import com.fasterxml.jackson.databind.JsonNode;

/** Answers of {@code _bulk_docs}, in which each document answers for itself. */
public final class BulkAnswers {

    private BulkAnswers() {}

    /** Each of so many documents was taken, or refused, and says so. */
    public static void require(int documents, JsonNode answers) throws WrongAnswerException {
        WrongAnswerException.unless(
                answers.isArray() && answers.size() == documents,
                "an answer for " + answers.size() + " documents to a request with " + documents);
        for (JsonNode answer : answers) {
            boolean says =
                    answer.path("rev").isTextual() || answer.path("error").isTextual();
            WrongAnswerException.unless(says, "an answer that does not say what became of a document");
        }
    }
}
