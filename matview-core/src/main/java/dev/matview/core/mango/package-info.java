/**
 * CouchDB's query language, Mango, in memory: {@link dev.matview.core.mango.Selector selectors},
 * {@link dev.matview.core.mango.Projection projections}, {@link dev.matview.core.mango.SortOrder sort orders} and the
 * {@link dev.matview.core.mango.Collation collation} under them, evaluated on Jackson trees.
 *
 * <p>The meaning is that of {@code _find} in CouchDB 3.5, down to the quirks; the tests hold the answers of a real
 * server. Each class tells which part of CouchDB its rules come from. All public classes are immutable and thread-safe;
 * a {@code null} reference, where none is declared, is refused with {@link java.lang.NullPointerException}.
 *
 * <h2>Regular expressions</h2>
 *
 * <p>CouchDB has Erlang run PCRE 8 without its Unicode option: pattern and subject are the bytes of UTF-8, and each byte
 * is a Latin-1 character. So {@code ^.$} does not match "é", which is two bytes. Here an engine of our own does the
 * same, because {@code java.util.regex} reads many patterns otherwise and bounds neither time nor stack.
 *
 * <h2>What differs from CouchDB</h2>
 *
 * <ul>
 *   <li>Refused, while CouchDB evaluates it: what is larger than {@link dev.matview.core.mango.MangoLimits} allows
 *       ({@code selector_too_large}, {@code too_many_fields}, {@code too_many_sort_keys}, {@code field_path_too_long});
 *       recursion, subroutine calls and verbs such as {@code (*UTF8)} in a regular
 *       expression, save {@code (*FAIL)} ({@code unsupported_regex}); {@code $text} ({@code not_supported}).
 *   <li>Refused at once, while CouchDB fails only when it meets a document that takes it there: {@code $mod} by zero
 *       ({@code bad_arg}), an empty name in a field path ({@code invalid_field_name}).
 *   <li>A regular expression that exceeds its budget is an error ({@code regex_too_expensive}); PCRE gives up after ten
 *       million internal steps, and CouchDB then says that nothing matched.
 *   <li>A sort may mix directions. JSON null for {@code fields} or {@code sort} is read as not given.
 *   <li>Strings collate by the ICU version at hand. Another version orders some characters of recent Unicode versions
 *       differently.
 *   <li>Values that differ only more than ten levels deep: see {@link dev.matview.core.mango.Collation}.
 *   <li>PCRE takes {@code \S*\v} never to give back a byte 0x85, which is a flaw of its optimizer; here it does.
 * </ul>
 */
@NullMarked
package dev.matview.core.mango;

import org.jspecify.annotations.NullMarked;
