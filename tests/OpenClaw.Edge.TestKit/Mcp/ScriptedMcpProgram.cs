using System.Globalization;

namespace OpenClaw.Edge.TestKit.Mcp;

/// <summary>An MCP server that is a shell script without any other program: what it answers is written in the test. It notes every line that it
/// gets, and each of its starts.</summary>
public sealed class ScriptedMcpProgram
{
    private const string Template = """
        #!/bin/sh
        answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
        text() { answer "{\"content\":[{\"type\":\"text\",\"text\":\"$1\"}]}"; }
        refuse() { printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32000,"message":"%s"}}\n' "$id" "$1"; }
        note() { printf '%s\n' "$1" >>'LOG'; }
        note "started $$"
        START
        while IFS= read -r line; do
          note "$line"
          case "$line" in *'"id":'*) id=${line#*'"id":'}; id=${id%%[,\}]*} ;; *) id= ;; esac
          case "$line" in
            CASES
            *'"method":"initialize"'*) answer '{"protocolVersion":"2025-06-18","capabilities":CAPABILITIES,"serverInfo":{"name":"scripted","version":"1.0"}}' ;;
            *'"method":"tools/list"'*) answer '{"tools":[TOOLS]}' ;;
          esac
        done
        note ended
        """;

    private readonly string _log;

    private ScriptedMcpProgram(string path, string log)
    {
        Path = path;
        _log = log;
    }

    /// <summary>Absolute path of the program.</summary>
    public string Path { get; }

    /// <summary>What it got, line by line, with <c>started PID</c> at each start and <c>ended</c> when its input ended.</summary>
    public IReadOnlyList<string> Lines => File.Exists(_log) ? [.. ReadShared().Split('\n', StringSplitOptions.RemoveEmptyEntries)] : [];

    /// <summary>Process ids of its starts.</summary>
    public IReadOnlyList<int> Pids => [.. Lines.Where(line => line.StartsWith("started ", StringComparison.Ordinal)).Select(line => int.Parse(line[8..]))];

    /// <summary>Whether any of its starts still runs.</summary>
    public bool IsRunning => Pids.Any(IsAlive);

    /// <summary>Writes the program.</summary>
    /// <param name="folder">Where it and its notes lie.</param>
    /// <param name="tools">Tools as JSON, separated by commas.</param>
    /// <param name="cases">Further <c>case</c> arms over <c>$line</c>; they come first.</param>
    /// <param name="start">Runs at the start.</param>
    /// <param name="capabilities">What it says that it can do.</param>
    public static ScriptedMcpProgram Write(TempDir folder, string tools, string cases = "", string start = "", string capabilities = """{"tools":{}}""")
    {
        string name = $"mcp-{Guid.NewGuid():N}";
        string log = folder.PathOf(name + ".log");
        string path = folder.Write(
            name + ".sh",
            Template.Replace("START", start, StringComparison.Ordinal).Replace("CASES", cases, StringComparison.Ordinal).Replace("LOG", log, StringComparison.Ordinal)
                .Replace("CAPABILITIES", capabilities, StringComparison.Ordinal)
                .Replace("TOOLS", tools, StringComparison.Ordinal) + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new ScriptedMcpProgram(path, log);
    }

    /// <summary>A tool without arguments, as JSON.</summary>
    public static string Tool(string name, string description = "Does something.") =>
        "{\"name\":\"" + name + "\",\"description\":\"" + description + "\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}}";

    /// <summary>A <c>case</c> arm for calls of a tool.</summary>
    public static string OnCall(string tool, string body) => $"""*'"method":"tools/call"'*'"name":"{tool}"'*) {body} ;;""" + "\n";

    private static bool IsAlive(int pid)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string ReadShared()
    {
        using StreamReader reader = new(new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
