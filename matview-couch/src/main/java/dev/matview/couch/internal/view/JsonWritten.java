package dev.matview.couch.internal.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import java.io.IOException;

/** JSON that writes itself when it is sent: a tree of all that a commit writes would take several times the memory. */
@FunctionalInterface
interface JsonWritten extends JsonSerializable {

    /** Writes one value. The same each time: a request may be sent again. */
    void write(JsonGenerator out) throws IOException;

    @Override
    default void serialize(JsonGenerator out, SerializerProvider provider) throws IOException {
        write(out);
    }

    @Override
    default void serializeWithType(JsonGenerator out, SerializerProvider provider, TypeSerializer types)
            throws IOException {
        write(out);
    }
}
