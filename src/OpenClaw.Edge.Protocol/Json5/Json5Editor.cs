using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>Changes one value of a JSON5 text and leaves every other byte alone: comments, order, quotes, indentation.
/// Paths are lists of keys (<see cref="string"/>) and indexes (<see cref="int"/>). Never throws on input.</summary>
public static class Json5Editor
{
    /// <summary>Sets the value at a path to a JSON (or JSON5) value; makes objects and lists on the way. An index equal to
    /// the length of a list appends.</summary>
    public static bool TrySet(
        ReadOnlyMemory<byte> text, IReadOnlyList<object> path, string value,
        [NotNullWhen(true)] out byte[]? edited, [NotNullWhen(false)] out Json5Error? error)
    {
        ArgumentNullException.ThrowIfNull(path);
        edited = null;
        if (!Json5Transcoder.TryTranscode(Encoding.UTF8.GetBytes(value), out Json5Document? json, out error))
        {
            error = error with { What = "The new value: " + error.What };
            return false;
        }
        if (!TryPrepare(ref text, out error))
        {
            return false;
        }
        ReadOnlySpan<byte> source = text.Span;
        int at = Json5Outline.FirstToken(source);
        var style = new Json5Style(source);
        for (int i = 0; i < path.Count; i++)
        {
            Json5Outline? outline = Json5Outline.At(source, at);
            if (outline is null || outline.IsObject != path[i] is string)
            {
                string wanted = path[i] is string ? "an object" : "a list";
                error = new Json5Failure(Json5Fault.NoSuchPlace, at, $"Here {wanted} is needed to hold {path[i]}.",
                    "Unset this value first, or choose another path.").At(source);
                return false;
            }
            int found = IndexOf(outline, path[i]);
            if (found < 0)
            {
                if (path[i] is int index && index != outline.Entries.Count)
                {
                    error = NoPlace(source, outline.Open, outline.Entries.Count, index);
                    return false;
                }
                if (FirstGap(path, i + 1) is int gap)
                {
                    error = NoPlace(source, outline.Open, 0, gap);
                    return false;
                }
                edited = style.Insert(outline, path[i] as string, Json5Style.Nest(path, i + 1, json.Json));
                return Succeed(edited, out error);
            }
            Json5Outline.Entry entry = outline.Entries[found];
            bool blocked = i + 1 < path.Count && source[entry.ValueStart] is not ((byte)'{' or (byte)'[')
                && source[entry.ValueStart..entry.ValueEnd].SequenceEqual("null"u8);
            if (blocked && FirstGap(path, i + 1) is int missing)
            {
                error = NoPlace(source, entry.ValueStart, 0, missing);
                return false;
            }
            if (i + 1 == path.Count || blocked)
            {
                edited = style.Replace(entry.ValueStart, entry.ValueEnd, Json5Style.Nest(path, i + 1, json.Json));
                return Succeed(edited, out error);
            }
            at = entry.ValueStart;
        }
        edited = style.Replace(at, Json5Style.EndOf(source, at), json.Json);
        return Succeed(edited, out error);
    }

    /// <summary>Removes the value at a path with its key, comma and the comment on its line. A path that leads nowhere
    /// leaves the text as it is.</summary>
    public static bool TryUnset(
        ReadOnlyMemory<byte> text, IReadOnlyList<object> path,
        [NotNullWhen(true)] out byte[]? edited, [NotNullWhen(false)] out Json5Error? error)
    {
        ArgumentNullException.ThrowIfNull(path);
        edited = null;
        if (!TryPrepare(ref text, out error))
        {
            return false;
        }
        ReadOnlySpan<byte> source = text.Span;
        int at = Json5Outline.FirstToken(source);
        for (int i = 0; i < path.Count; i++)
        {
            Json5Outline? outline = Json5Outline.At(source, at);
            int found = outline is null || outline.IsObject != path[i] is string ? -1 : IndexOf(outline, path[i]);
            if (found < 0)
            {
                break;
            }
            if (i + 1 == path.Count)
            {
                edited = new Json5Style(source).Remove(outline!, found);
                return Succeed(edited, out error);
            }
            at = outline!.Entries[found].ValueStart;
        }
        edited = source.ToArray();
        return true;
    }

    private static bool TryPrepare(ref ReadOnlyMemory<byte> text, [NotNullWhen(false)] out Json5Error? error)
    {
        if (Json5Transcoder.TryTranscode(text, out _, out error))
        {
            return true;
        }
        if (error.Fault != Json5Fault.Empty)
        {
            return false;
        }
        byte[] begun = [.. text.Span, .. text.Length == 0 || text.Span[^1] == (byte)'\n' ? "{\n}\n"u8 : "\n{\n}\n"u8];
        text = begun;
        error = null;
        return true;
    }

    /// <summary>The first index in the rest of a path that a new list cannot have; null when there is none.</summary>
    private static int? FirstGap(IReadOnlyList<object> path, int from)
    {
        for (int i = from; i < path.Count; i++)
        {
            if (path[i] is int index && index != 0)
            {
                return index;
            }
        }
        return null;
    }

    private static Json5Error NoPlace(ReadOnlySpan<byte> text, int offset, int count, int index) =>
        new Json5Failure(Json5Fault.NoSuchPlace, offset, $"The list has {count} items, so there is no place {index}.",
            $"Use an index up to {count}.").At(text);

    private static int IndexOf(Json5Outline outline, object step) => step is int index
        ? index < outline.Entries.Count && index >= 0 ? index : -1
        : outline.Entries.FindLastIndex(entry => entry.Key == (string)step); // of a key given twice the last one counts

    /// <summary>An edit that does not parse again is a mistake of ours; better an error than a broken file.</summary>
    private static bool Succeed(byte[] edited, [NotNullWhen(false)] out Json5Error? error) =>
        Json5Transcoder.TryTranscode(edited, out _, out error);
}
