using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Files that the tools of a session have read or changed, by what its transcript says of their calls. Paths are as the model wrote
/// them; those that lead out of the workspace are not among them.</summary>
internal sealed class TouchedFiles
{
    private const int MaxRows = 20_000;

    private readonly Dictionary<string, bool> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _inside = new(StringComparer.Ordinal);
    private readonly SessionFolder _folder;

    private TouchedFiles(SessionFolder folder) => _folder = folder;

    /// <summary>Reads the session's transcript, the newest 20,000 rows of it, from the newest on.</summary>
    /// <param name="sessions">Where it is.</param>
    /// <param name="key">The session.</param>
    /// <param name="folder">Where its tools work.</param>
    /// <param name="enough">Whether nothing older matters; null reads all.</param>
    public static TouchedFiles Read(SessionStore sessions, SessionKey key, SessionFolder folder, Func<TouchedFiles, bool>? enough = null)
    {
        TouchedFiles files = new(folder);
        sessions.EachCall(key, MaxRows, message =>
        {
            files.Add(message);
            return enough?.Invoke(files) != true;
        });
        return files;
    }

    /// <summary>Paths as written, changed ones first.</summary>
    public List<KeyValuePair<string, bool>> Sorted()
    {
        List<KeyValuePair<string, bool>> sorted = new(_byPath);
        sorted.Sort((left, right) => left.Value != right.Value ? (left.Value ? -1 : 1) : string.Compare(left.Key, right.Key, StringComparison.InvariantCultureIgnoreCase));
        return sorted;
    }

    /// <summary>Whether the path stands among them as it is written, and whether the file was changed.</summary>
    public bool Knows(string path, out bool modified) => _byPath.TryGetValue(path, out modified);

    /// <summary>What was done to a file of the workspace, or in a folder of it: <c>read</c>, <c>modified</c>, <c>mixed</c>; null is nothing.</summary>
    public string? Of(string path, bool folder)
    {
        if (!folder)
        {
            return _inside.TryGetValue(path, out bool modified) ? Word(modified) : null;
        }

        string? all = null;
        foreach ((string file, bool modified) in _inside)
        {
            if (file.StartsWith(path, StringComparison.Ordinal) && file.Length > path.Length && file[path.Length] == '/')
            {
                all = all is null || all == Word(modified) ? Word(modified) : "mixed";
            }
        }

        return all;
    }

    /// <summary>The wire's word.</summary>
    public static string Word(bool modified) => modified ? "modified" : "read";

    private void Add(ChatMessage message)
    {
        foreach (ContentPart part in message.Content.Parts ?? [])
        {
            if (part is { Type: "toolCall", Name: { } tool, Arguments: { ValueKind: JsonValueKind.Object } arguments })
            {
                if (tool is "read" or "write" or "edit")
                {
                    Add(TextOf(arguments, "path") ?? TextOf(arguments, "file_path") ?? TextOf(arguments, "filePath") ?? TextOf(arguments, "file"), tool != "read");
                }
                else if (tool == "apply_patch")
                {
                    AddPatch(TextOf(arguments, "input") ?? "");
                }
            }
        }
    }

    private void AddPatch(string patch)
    {
        foreach (ReadOnlySpan<char> line in patch.AsSpan().EnumerateLines())
        {
            foreach (string mark in (ReadOnlySpan<string>)["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "])
            {
                if (line.StartsWith(mark, StringComparison.Ordinal))
                {
                    Add(line[mark.Length..].Trim().ToString(), modified: true);
                }
            }
        }
    }

    private void Add(string? path, bool modified)
    {
        if (path is not null && _folder.TryParse(path, out WorkspacePath inside) && !inside.IsRoot)
        {
            _byPath[path] = modified || _byPath.GetValueOrDefault(path);
            _inside[inside.Text] = modified || _inside.GetValueOrDefault(inside.Text);
        }
    }

    private static string? TextOf(JsonElement arguments, string name) =>
        arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 } text ? text : null;
}
