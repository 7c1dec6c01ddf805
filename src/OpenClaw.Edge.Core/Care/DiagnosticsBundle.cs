using System.IO.Compression;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Care;

/// <summary>A report for somebody else: files in a <c>.tar.gz</c>, 0600, each of which goes through the mask. Not thread-safe.</summary>
public sealed class DiagnosticsBundle
{
    private const string Folder = "openclaw-diagnostics/";
    private const int LogBytes = 256 << 10;
    private const int LogLines = 500;
    private const string Hidden = "__";

    private static readonly string[] s_secretNames = ["TOKEN", "SECRET", "PASSWORD", "PASSPHRASE", "KEY", "CREDENTIAL", "AUTH", "COOKIE"];

    private readonly List<(string Name, byte[] Contents)> _files = [];
    private readonly TimeProvider _time;

    /// <summary>Makes an empty one.</summary>
    public DiagnosticsBundle(StatePaths paths, ConfigSnapshot config, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(config);
        _time = time;
        Mask = new TextMask(Secrets(paths, config), config.Environment.Home);
    }

    /// <summary>What every text goes through.</summary>
    public TextMask Mask { get; }

    /// <summary>Names of the files.</summary>
    public IEnumerable<string> Names => _files.Select(file => file.Name);

    /// <summary>Adds a JSON document. The mask runs over its texts only where <paramref name="write"/> uses it.</summary>
    public void AddJson(string name, Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            write(json);
        }

        _files.Add((name, buffer.ToArray()));
    }

    /// <summary>Adds the masked end of the log: time, level, subsystem and message of each line.</summary>
    public void AddLog(string path)
    {
        StringBuilder text = new();
        foreach (string line in Tail(path).TakeLast(LogLines))
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                JsonElement meta = document.RootElement.GetProperty("_meta");
                text.Append(document.RootElement.GetProperty("time").GetString()).Append(' ')
                    .Append(meta.GetProperty("logLevelName").GetString()).Append(' ')
                    .Append(Mask.Mask(meta.GetProperty("name").GetString() ?? "")).Append(": ")
                    .Append(Mask.Mask(document.RootElement.GetProperty("1").GetString() ?? "")).Append('\n');
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                text.Append("a line of another shape, ").Append(line.Length).Append(" characters\n");
            }
        }

        _files.Add(("log.txt", Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Adds Prometheus metrics: label values that are no plain word are taken out.</summary>
    public void AddMetrics(string metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        StringBuilder text = new(metrics.Length);
        foreach (string line in metrics.Split('\n'))
        {
            int open = line.StartsWith('#') ? -1 : line.IndexOf('{', StringComparison.Ordinal);
            int close = line.LastIndexOf('}');
            if (open < 0 || close < open)
            {
                text.Append(line).Append('\n');
                continue;
            }

            IEnumerable<string> labels = line[(open + 1)..close].Split("\",").Select(label =>
            {
                int equals = label.IndexOf("=\"", StringComparison.Ordinal);
                string value = equals < 0 ? "" : label[(equals + 2)..].TrimEnd('"');
                bool plain = value.Length <= 16 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '+' or '-');
                return equals < 0 ? Hidden : $"{label[..equals]}=\"{(plain ? Mask.Mask(value) : Hidden)}\"";
            });
            text.Append(line, 0, open + 1).AppendJoin(',', labels).Append(line, close, line.Length - close).Append('\n');
        }

        _files.Add(("metrics.txt", Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Writes the archive; nothing is overwritten.</summary>
    /// <exception cref="CareException">It cannot be written.</exception>
    public void Write(string path)
    {
        try
        {
            using MemoryStream archive = new();
            using (GZipStream zip = new(archive, CompressionLevel.Fastest, leaveOpen: true))
            {
                TarWriter tar = new(zip);
                foreach ((string name, byte[] contents) in _files)
                {
                    tar.Write(Folder + name, contents, _time.GetUtcNow(), AtomicFile.PrivateFile);
                }

                tar.Finish();
            }

            if (Path.Exists(path))
            {
                throw new IOException("it is there already.");
            }

            AtomicFile.Write(path, archive.GetBuffer().AsSpan(0, (int)archive.Length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, $"{path} cannot be written: {e.Message}", e);
        }
    }

    // Everything that is known to be secret on this machine, so that it is found wherever it stands.
    private static List<string> Secrets(StatePaths paths, ConfigSnapshot config)
    {
        List<string> found = [.. config.Environment.Values
            .Where(variable => s_secretNames.Any(part => variable.Key.Contains(part, StringComparison.OrdinalIgnoreCase)))
            .Select(variable => variable.Value)];
        try
        {
            GatewaySecret secret = GatewayTokenSource.Resolve(config.Config, config.Environment, paths, mayGenerate: false);
            found.AddRange(((string?[])[secret.Token, secret.Password]).OfType<string>());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a file that cannot be read cannot be told either
        }

        using JsonDocument open = JsonDocument.Parse(config.Json);
        using JsonDocument hidden = JsonDocument.Parse(ConfigRedaction.Redact(config.Json.Span));
        Compare(open.RootElement, hidden.RootElement, found);
        return found;
    }

    private static void Compare(JsonElement open, JsonElement hidden, List<string> found)
    {
        if (open.ValueKind == JsonValueKind.Object && hidden.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in open.EnumerateObject())
            {
                Compare(member.Value, hidden.GetProperty(member.Name), found);
            }
        }
        else if (open.ValueKind == JsonValueKind.Array && hidden.ValueKind == JsonValueKind.Array)
        {
            for (int i = 0; i < open.GetArrayLength(); i++)
            {
                Compare(open[i], hidden[i], found);
            }
        }
        else if (hidden.ValueKind == JsonValueKind.String && hidden.GetString() == ConfigRedaction.Marker)
        {
            found.Add(open.ValueKind == JsonValueKind.String ? open.GetString()! : open.GetRawText());
        }
    }

    private static string[] Tail(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            bool cut = file.Length > LogBytes;
            file.Position = cut ? file.Length - LogBytes : 0;
            using StreamReader reader = new(file);
            string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return cut && lines.Length > 0 ? lines[1..] : lines;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
