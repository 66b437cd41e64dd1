/** Views in PostgreSQL: the tables, what is written to them and read from them, and the connections that do so. */
@NullMarked
package dev.matview.sql.internal;

import org.jspecify.annotations.NullMarked;
