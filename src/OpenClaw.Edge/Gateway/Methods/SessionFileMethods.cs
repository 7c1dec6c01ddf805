using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>sessions.files.list</c>, <c>.get</c>, <c>.set</c>: what a session's tools touched, and the workspace around it. Nothing outside
/// the workspace can be reached: links that lead out of it are not followed. Texts are the original's.</summary>
internal sealed class SessionFileMethods(GatewayRuntime runtime)
{
    private const int MaxPreviewBytes = 256 * 1024;
    private const int PrefixBytes = 4_100;
    private const int MaxEntries = 250;
    private const int MaxFound = 500;
    private const int MaxVisited = 5_000;

    private readonly Lock _writing = new();

    private delegate MethodReply Work(MethodCall call, SessionKey key, SessionFolder? folder);

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("sessions.files.list", OperatorScopes.Read, "sessionKey!:str1 agentId:str1 path:str search:str", call => On(call, List)),
        MethodEntry.Of("sessions.files.get", OperatorScopes.Read, "sessionKey!:str1 path!:str1 agentId:str1", call => On(call, Get)),
        MethodEntry.Of("sessions.files.set", OperatorScopes.Admin, "sessionKey!:str1 path!:str1 agentId:str1 content!:str expectedHash!:str", call => On(call, Set)),
    ];

    // The folder is null where there is no such session, or no place for its tools.
    private MethodReply On(MethodCall call, Work work)
    {
        if (!SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        SessionFolder? folder = runtime.Sessions.Find(key) is not null && runtime.Agents().TryGet(key.AgentId, out AgentEntry? agent)
            ? SessionFolder.Of(runtime.Tools.Registry.Sandbox, agent.ScopeOf(key))
            : null;
        return work(call, key, folder);
    }

    private MethodReply List(MethodCall call, SessionKey key, SessionFolder? folder) => MethodReply.Object(json =>
    {
        json.WriteString("sessionKey"u8, call.Text("sessionKey"));
        if (folder is null)
        {
            json.WriteStartArray("files"u8);
            json.WriteEndArray();
            return;
        }

        TouchedFiles touched = TouchedFiles.Read(runtime.Sessions, key, folder);
        json.WriteString("root"u8, folder.Root);
        json.WriteBoolean("gitCheckout"u8, InCheckout(folder.Root));
        using WorkspaceFiles? files = Open(folder);
        json.WriteStartArray("files"u8);
        foreach ((string path, bool modified) in touched.Sorted())
        {
            WriteFile(json, files, folder, path, modified, content: false);
        }

        json.WriteEndArray();
        if (files is not null)
        {
            WriteBrowser(json, files, folder, touched, call.Text("path") ?? "", call.Text("search")?.Trim() ?? "");
        }
    });

    private MethodReply Get(MethodCall call, SessionKey key, SessionFolder? folder)
    {
        string path = call.Text("path")!;
        using WorkspaceFiles? files = folder is null ? null : Open(folder);
        if (files is null || !folder!.TryParse(path, out WorkspacePath inside))
        {
            return Fault("session_file_not_found", "session file not found", path);
        }

        // What was changed stays so, however often it was read before.
        TouchedFiles touched = TouchedFiles.Read(
            runtime.Sessions, key, folder, read => read.Of(inside.Text, folder: false) == "modified" && (path == inside.Text || read.Knows(path, out _)));
        string shown = touched.Knows(path, out bool modified) ? path : inside.Text;
        MethodReply? refusal = null;
        byte[] file = FrameWriter.Value(json => refusal = WriteFile(json, files, folder, shown, modified || touched.Of(inside.Text, folder: false) == "modified", content: true));
        return refusal ?? MethodReply.Object(json =>
        {
            json.WriteString("sessionKey"u8, call.Text("sessionKey"));
            json.WriteString("root"u8, folder.Root);
            json.WritePropertyName("file"u8);
            json.WriteRawValue(file, skipInputValidation: true);
        });
    }

    private MethodReply Set(MethodCall call, SessionKey key, SessionFolder? folder)
    {
        string path = call.Text("path")!;
        string content = call.Text("content")!;
        string expected = call.Text("expectedHash")!;
        if (expected.Length != 64 || expected.Any(static digit => !char.IsAsciiHexDigitLower(digit) && !char.IsAsciiDigit(digit)))
        {
            string length = expected.Length < 64 ? "must not have fewer than 64 characters; at /expectedHash: "
                : expected.Length > 64 ? "must not have more than 64 characters; at /expectedHash: " : "";
            return MethodReply.Invalid($"invalid sessions.files.set params: at /expectedHash: {length}must match pattern \"^[a-f0-9]{{64}}$\"");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(content);
        using WorkspaceFiles? files = folder is null ? null : Open(folder);
        if (files is null)
        {
            return Fault("session_file_not_found", "session file not found", path);
        }

        if (bytes.Length > MaxPreviewBytes)
        {
            return Fault("session_file_too_large", "session file content is too large", path, bytes.Length);
        }

        if (content.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetString(bytes) != content)
        {
            return Unsafe(path);
        }

        if (!folder!.TryParse(path, out WorkspacePath inside) || !TryOpen(files, inside, out long size, out long at))
        {
            return Fault("session_file_not_found", "session file not found", path);
        }

        try
        {
            lock (_writing)
            {
                byte[] current = files.ReadFile(inside, MaxPreviewBytes);
                if (!IsText(current))
                {
                    return Unsafe(path);
                }

                string hash = HashOf(current);
                if (hash != expected)
                {
                    return Fault("session_file_conflict", "session file changed since it was read", path, hash: hash);
                }

                files.WriteFile(inside, bytes);
                TryOpen(files, inside, out size, out at);
            }
        }
        catch (WorkspaceException)
        {
            return Unsafe(path);
        }

        return MethodReply.Object(json =>
        {
            json.WriteString("sessionKey"u8, call.Text("sessionKey"));
            json.WriteString("root"u8, folder.Root);
            json.WriteStartObject("file"u8);
            json.WriteString("path"u8, path);
            json.WriteString("workspacePath"u8, inside.Text);
            json.WriteString("name"u8, inside.Name);
            json.WriteString("kind"u8, "modified"u8);
            json.WriteBoolean("missing"u8, false);
            json.WriteNumber("size"u8, size);
            json.WriteNumber("updatedAtMs"u8, at);
            json.WriteString("hash"u8, HashOf(bytes));
            json.WriteEndObject();
        });
    }

    // Writes what a file is, as an object. With content: a refusal where there is nothing to show.
    private static MethodReply? WriteFile(Utf8JsonWriter json, WorkspaceFiles? files, SessionFolder folder, string path, bool modified, bool content)
    {
        _ = folder.TryParse(path, out WorkspacePath inside);
        long size = 0;
        long at = 0;
        bool there = files is not null && TryOpen(files, inside, out size, out at);
        json.WriteStartObject();
        json.WriteString("path"u8, path);
        if (there)
        {
            json.WriteString("workspacePath"u8, inside.Text);
        }

        json.WriteString("name"u8, Path.GetFileName(path.TrimEnd('/')));
        json.WriteString("kind"u8, TouchedFiles.Word(modified));
        json.WriteBoolean("missing"u8, !there);
        if (there)
        {
            json.WriteNumber("size"u8, size);
            json.WriteNumber("updatedAtMs"u8, at);
        }

        MethodReply? refusal = !content ? null
            : !there ? Fault("session_file_not_found", "session file not found", path)
            : WriteContent(json, files!, inside, path, size);
        json.WriteEndObject();
        return refusal;
    }

    private static MethodReply? WriteContent(Utf8JsonWriter json, WorkspaceFiles files, WorkspacePath inside, string path, long size)
    {
        byte[] bytes;
        try
        {
            bytes = size <= MaxPreviewBytes ? files.ReadFile(inside, MaxPreviewBytes) : Prefix(files, inside);
        }
        catch (WorkspaceException)
        {
            return Fault("session_file_not_found", "session file not found", path);
        }

        string? type = TypeOf(bytes);
        bool text = type is null or "application/xml" && IsText(bytes);
        bool image = type?.StartsWith("image/", StringComparison.Ordinal) == true;
        if (size > MaxPreviewBytes && text)
        {
            return Fault("session_file_too_large", "session file is too large to preview", path, size);
        }

        bool shown = (text || image) && size <= MaxPreviewBytes;
        PairingJson.WriteOptional(json, "mimeType", type ?? (text ? "text/plain" : null));
        json.WriteString("previewKind"u8, !shown ? "unsupported"u8 : image ? "image"u8 : "text"u8);
        if (shown)
        {
            json.WriteString("contentEncoding"u8, image ? "base64"u8 : "utf8"u8);
            json.WriteString("content"u8, image ? Convert.ToBase64String(bytes) : Encoding.UTF8.GetString(bytes));
            PairingJson.WriteOptional(json, "hash", image ? null : HashOf(bytes));
        }

        return null;
    }

    private static void WriteBrowser(Utf8JsonWriter json, WorkspaceFiles files, SessionFolder folder, TouchedFiles touched, string path, string search)
    {
        List<(string Path, WorkspaceItem Item)> found = [];
        bool cut = false;
        string at = "";
        if (search.Length > 0)
        {
            int visited = 0;
            cut = !Search(files, "", search, found, ref visited);
        }
        else
        {
            if (!WorkspacePath.TryParse(path.Trim('/') is { Length: > 0 } named ? named.Replace('\\', '/') : ".", folder.Root, out WorkspacePath opened, out _)
                || ListOf(files, opened) is not { } items)
            {
                return;
            }

            at = opened.IsRoot ? "" : opened.Text;
            cut = items.Count > MaxEntries;
            foreach (WorkspaceItem item in items.Take(MaxEntries))
            {
                found.Add((at.Length == 0 ? item.Name : $"{at}/{item.Name}", item));
            }
        }

        found.RemoveAll(one => one.Item.Kind is not ("file" or "dir"));
        found.Sort((left, right) => left.Item.Kind != right.Item.Kind ? string.CompareOrdinal(left.Item.Kind, right.Item.Kind)
            : string.Compare(left.Item.Name, right.Item.Name, StringComparison.OrdinalIgnoreCase));
        json.WriteStartObject("browser"u8);
        json.WriteString("path"u8, at);
        PairingJson.WriteOptional(json, "parentPath", at.Length == 0 ? null : Path.GetDirectoryName(at));
        PairingJson.WriteOptional(json, "search", search.Length > 0 ? search : null);
        json.WriteStartArray("entries"u8);
        foreach ((string place, WorkspaceItem item) in found)
        {
            bool holds = item.Kind == "dir";
            FileInfo facts = new(Path.Combine(folder.Root, place));
            json.WriteStartObject();
            json.WriteString("path"u8, place);
            json.WriteString("name"u8, item.Name);
            json.WriteString("kind"u8, holds ? "directory"u8 : "file"u8);
            if (!holds && facts.Exists)
            {
                json.WriteNumber("size"u8, facts.Length);
            }

            json.WriteNumber("updatedAtMs"u8, new DateTimeOffset(facts.LastWriteTimeUtc).ToUnixTimeMilliseconds());
            PairingJson.WriteOptional(json, "sessionKind", touched.Of(place, holds));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (cut)
        {
            json.WriteBoolean("truncated"u8, true);
        }

        json.WriteEndObject();
    }

    // False when there was more than it may look at.
    private static bool Search(WorkspaceFiles files, string at, string search, List<(string Path, WorkspaceItem Item)> found, ref int visited)
    {
        if (!WorkspacePath.TryParse(at.Length == 0 ? "." : at, files.Path, out WorkspacePath folder, out _))
        {
            return true;
        }

        foreach (WorkspaceItem item in ListOf(files, folder) ?? [])
        {
            if (found.Count >= MaxFound || visited++ >= MaxVisited)
            {
                return false;
            }

            string place = at.Length == 0 ? item.Name : $"{at}/{item.Name}";
            if (place.Contains(search, StringComparison.OrdinalIgnoreCase))
            {
                found.Add((place, item));
            }

            if (item.Kind == "dir" && item.Name is not (".git" or ".hg" or ".next" or ".turbo" or ".yarn" or "coverage" or "dist" or "node_modules")
                && !Search(files, place, search, found, ref visited))
            {
                return false;
            }
        }

        return true;
    }

    private static bool InCheckout(string? folder)
    {
        while (folder is not null && !Path.Exists(Path.Combine(folder, ".git")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder is not null;
    }

    private static WorkspaceFiles? Open(SessionFolder folder)
    {
        try
        {
            return WorkspaceFiles.Open(folder.Root);
        }
        catch (WorkspaceException)
        {
            return null; // no turn has made it yet
        }
    }

    private static IReadOnlyList<WorkspaceItem>? ListOf(WorkspaceFiles files, WorkspacePath folder)
    {
        try
        {
            return files.List(folder);
        }
        catch (WorkspaceException)
        {
            return null;
        }
    }

    private static bool TryOpen(WorkspaceFiles files, WorkspacePath path, out long size, out long updatedAtMs)
    {
        size = 0;
        updatedAtMs = 0;
        try
        {
            using SafeFileHandle file = files.OpenFile(path, out size);
            updatedAtMs = new DateTimeOffset(File.GetLastWriteTimeUtc(file)).ToUnixTimeMilliseconds();
            return true;
        }
        catch (WorkspaceException)
        {
            return false;
        }
    }

    private static byte[] Prefix(WorkspaceFiles files, WorkspacePath path)
    {
        using SafeFileHandle file = files.OpenFile(path, out _);
        byte[] prefix = new byte[PrefixBytes];
        int length = RandomAccess.Read(file, prefix, 0);
        bool cut = Rune.DecodeLastFromUtf8(prefix.AsSpan(0, length), out _, out int last) == OperationStatus.NeedMoreData; // a letter in two
        return prefix[..(cut ? length - last : length)];
    }

    private static bool IsText(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes) && !bytes.AsSpan().Contains((byte)0);

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    // By their first bytes; a name says nothing.
    private static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 4 && bytes[0] == 0x89 && bytes[1..].StartsWith("PNG"u8) ? "image/png"
        : bytes.Length > 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF ? "image/jpeg"
        : bytes.StartsWith("GIF8"u8) ? "image/gif"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : bytes.Length > 12 && bytes[4..].StartsWith("ftypavi"u8) ? "image/avif"
        : bytes.StartsWith("%PDF-"u8) ? "application/pdf"
        : bytes.StartsWith("PK\x03\x04"u8) ? "application/zip"
        : bytes.Length > 2 && bytes[0] == 0x1F && bytes[1] == 0x8B ? "application/gzip"
        : bytes.StartsWith("<?xml "u8) ? "application/xml"
        : null;

    private static MethodReply Unsafe(string path) => Fault("session_file_unsafe", "session file could not be written safely", path);

    private static MethodReply Fault(string type, string message, string path, long? size = null, string? hash = null) =>
        MethodReply.Fail(GatewayError.Invalid(message, json =>
        {
            json.WriteString("type"u8, type);
            if (size is { } bytes)
            {
                json.WriteNumber("maxPreviewBytes"u8, MaxPreviewBytes);
                json.WriteNumber("size"u8, bytes);
            }

            json.WriteString("path"u8, path);
            PairingJson.WriteOptional(json, "currentHash", hash);
        }));
}
