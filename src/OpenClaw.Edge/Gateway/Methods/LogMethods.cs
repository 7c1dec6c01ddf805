using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>logs.tail</c>: lines of the JSON log behind a cursor, which is a byte offset.</summary>
internal sealed class LogMethods(GatewayRuntime runtime)
{
    private const int DefaultLines = 500;
    private const int DefaultBytes = 250_000;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("logs.tail", OperatorScopes.Read, "cursor:int(0..) limit:int(1..5000) maxBytes:int(1..1000000)", TailAsync),
    ];

    private async ValueTask<MethodReply> TailAsync(MethodCall call, CancellationToken cancellationToken)
    {
        int limit = (int)(call.Number("limit") ?? DefaultLines);
        int maxBytes = (int)(call.Number("maxBytes") ?? DefaultBytes);
        long? cursor = call.Number("cursor");
        string path = runtime.LogFile() ?? "";
        await using FileStream? file = path.Length == 0 ? null : TryOpen(path);
        if (file is null)
        {
            // moved away a moment ago, and the next line not written yet
            List<string> rest = cursor > 0 && path.Length > 0 ? await RestOfMovedAsync(path + ".1", cursor.Value, maxBytes, cancellationToken) : [];
            return MethodReply.Object(json => Write(json, path, 0, 0, rest, truncated: false, reset: cursor > 0));
        }

        long size = file.Length;
        bool reset = cursor > 0 && !await FollowsLineAsync(file, cursor.Value, cancellationToken);
        List<string> lines = reset ? await RestOfMovedAsync(path + ".1", cursor!.Value, maxBytes, cancellationToken) : [];
        long from = cursor is null ? Math.Max(0, size - maxBytes) : reset ? 0 : cursor.Value;
        bool truncated = size - from > maxBytes;
        from = truncated ? size - maxBytes : from;
        (List<string> added, long next) = await ReadLinesAsync(file, from, size, from > 0 && (truncated || cursor is null), cancellationToken);
        lines.AddRange(added);
        if (lines.Count > limit)
        {
            lines.RemoveRange(0, lines.Count - limit);
            truncated = true;
        }

        return MethodReply.Object(json => Write(json, path, next, size, lines, truncated, reset));
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, useAsync: true);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // A cursor stands behind a line end; where there is none, the file is another one by now, whatever its size.
    private static async ValueTask<bool> FollowsLineAsync(FileStream file, long cursor, CancellationToken cancellationToken)
    {
        byte[] before = new byte[1];
        file.Position = Math.Min(cursor - 1, file.Length);
        return await file.ReadAsync(before, cancellationToken) == 1 && before[0] == (byte)'\n';
    }

    // What came between the last look and the rotation is at the end of the file that was moved away.
    private static async ValueTask<List<string>> RestOfMovedAsync(string moved, long cursor, int maxBytes, CancellationToken cancellationToken)
    {
        await using FileStream? file = TryOpen(moved);
        if (file is null || !await FollowsLineAsync(file, cursor, cancellationToken))
        {
            return []; // rotated by somebody who keeps it elsewhere
        }

        long from = Math.Max(cursor, file.Length - maxBytes);
        return (await ReadLinesAsync(file, from, file.Length, midLine: from > cursor, cancellationToken)).Lines;
    }

    private static async ValueTask<(List<string> Lines, long Next)> ReadLinesAsync(
        FileStream file, long from, long to, bool midLine, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Math.Max(0, to - from)];
        file.Position = from;
        int read = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        List<string> lines = Split(bytes.AsSpan(0, read), midLine, out int rest);
        return (lines, from + read - rest);
    }

    // Whole lines only: a line that is still being written is left for the next call.
    private static List<string> Split(ReadOnlySpan<byte> bytes, bool midLine, out int rest)
    {
        var lines = new List<string>();
        if (midLine)
        {
            int first = bytes.IndexOf((byte)'\n');
            bytes = bytes[(first + 1)..];
        }

        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            if (end > 0)
            {
                lines.Add(Encoding.UTF8.GetString(bytes[..end]));
            }

            bytes = bytes[(end + 1)..];
        }

        rest = bytes.Length;
        return lines;
    }

    private static void Write(
        Utf8JsonWriter json,
        string file,
        long cursor,
        long size,
        List<string> lines,
        bool truncated,
        bool reset)
    {
        json.WriteString("file"u8, file);
        json.WriteNumber("cursor"u8, cursor);
        json.WriteNumber("size"u8, size);
        json.WriteTexts("lines"u8, lines);
        if (truncated)
        {
            json.WriteBoolean("truncated"u8, true);
        }

        json.WriteBoolean("reset"u8, reset);
    }
}
