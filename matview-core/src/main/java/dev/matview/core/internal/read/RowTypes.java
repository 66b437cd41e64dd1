package dev.matview.core.internal.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.matview.core.RowTypeException;
import dev.matview.core.internal.json.JsonArrayElements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the rows of a page as a type. */
final class RowTypes {

    private RowTypes() {}

    static <T> List<T> read(
            ServedPage page, String collection, JsonArrayElements rows, Class<T> type, ObjectReader reader) {
        List<T> read = new ArrayList<>(page.size());
        for (int i = 0; i < page.size(); i++) {
            try {
                T row = reader.readValue(rows.get(i));
                if (row == null) {
                    throw unfit(page, collection, i, "", type, "it was read as null", null);
                }
                read.add(row);
            } catch (JsonProcessingException e) {
                Throwable cause = e instanceof ValueInstantiationException ? e.getCause() : null;
                throw unfit(page, collection, i, path(e), type, reason(e), cause);
            } catch (IOException e) {
                throw new UncheckedIOException("bytes in memory can always be read", e);
            }
        }
        return Collections.unmodifiableList(read);
    }

    private static RowTypeException unfit(
            ServedPage page,
            String collection,
            int number,
            String path,
            Class<?> type,
            String reason,
            @Nullable Throwable cause) {
        return new RowTypeException(collection, number, page.keys().get(number), path, type, reason, cause);
    }

    /** In words of our own: Jackson quotes the document, and exceptions are logged. */
    private static String reason(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException) {
            return "the type has no such property";
        }
        if (e instanceof InvalidDefinitionException undefined) {
            // Its message speaks of the type, and may quote the value that it could not be made from.
            return (undefined.getType() == null
                            ? "the type"
                            : undefined.getType().getRawClass().getName()) + " is no type that Jackson makes from this";
        }
        if (e instanceof ValueInstantiationException refused) {
            return refused.getType().getRawClass().getName() + " refuses it";
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return mismatch.getTargetType().getName() + " expected";
        }
        return e.getClass().getSimpleName();
    }

    private static String path(JsonProcessingException e) {
        StringBuilder path = new StringBuilder();
        if (e instanceof JsonMappingException mapping) {
            for (Reference step : mapping.getPath()) {
                if (step.getFieldName() == null) {
                    path.append('[').append(step.getIndex()).append(']');
                } else {
                    path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
                }
            }
        }
        return path.toString();
    }
}
