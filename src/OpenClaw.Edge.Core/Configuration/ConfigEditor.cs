using System.Text;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Configuration;

/// <summary>Changes the user's configuration file when the user asks for it (<c>config set</c>, <c>config unset</c>,
/// <c>models set</c>), and never else. Keeps comments and formatting; writes whole or not at all, 0600, with one
/// <c>.bak</c> of what was there.</summary>
public sealed class ConfigEditor(StatePaths paths, ProcessEnvironment environment)
{
    private static readonly Lock s_gate = new(); // the file is read and written in one piece, whoever of this process does it

    /// <summary>Sets a key, path as in <see cref="ConfigPath"/>, value as JSON or JSON5. Refuses, and changes nothing,
    /// when the result would not let the gateway start while the file before did. Never throws on what is given or on
    /// disk.</summary>
    public ConfigEdit Set(string path, string jsonValue) => Set([new(path, jsonValue)]);

    /// <summary>Sets several keys, all or none.</summary>
    public ConfigEdit Set(IReadOnlyList<KeyValuePair<string, string>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Edit(text =>
        {
            foreach ((string path, string value) in values)
            {
                if (!ConfigPath.TryParse(path, out IReadOnlyList<object>? steps, out string? wrong))
                {
                    return (null, wrong);
                }
                if (!Json5Editor.TrySet(text, steps, value, out byte[]? edited, out Json5Error? error))
                {
                    return (null, $"{path} in {paths.ConfigPath}: {error}");
                }
                text = edited;
            }
            return (text, null);
        });
    }

    /// <summary>Removes a key. A key that is not there is no error and changes nothing.</summary>
    public ConfigEdit Unset(string path) => Edit(text =>
    {
        if (!ConfigPath.TryParse(path, out IReadOnlyList<object>? steps, out string? wrong))
        {
            return (null, wrong);
        }
        return Json5Editor.TryUnset(text, steps, out byte[]? edited, out Json5Error? error)
            ? (edited, null) : (null, $"{path} in {paths.ConfigPath}: {error}");
    });

    /// <summary>Replaces the whole text, as <c>config.set</c> and <c>config.apply</c> do.</summary>
    public ConfigEdit Replace(string text) => Edit(_ => (Encoding.UTF8.GetBytes(text), null));

    /// <summary>Changes the text by a rule of the caller's, which is given the file's bytes (empty when there is none) and
    /// answers with new ones, or with the reason why not.</summary>
    public ConfigEdit Change(Func<byte[], (byte[]? Text, string? Error)> rule) => Edit(rule);

    /// <summary>Reads the configuration as it is on disk now, good or bad.</summary>
    public ConfigSnapshot Read() => ConfigLoader.Load(paths, environment);

    /// <summary>Reads a text as if it stood in the file.</summary>
    public ConfigSnapshot Read(ReadOnlyMemory<byte> text) => ConfigLoader.LoadText(text, paths, environment);

    /// <summary>Reads a text as if it stood in the file, without what the environment and the command line put over it.</summary>
    public ConfigSnapshot ReadAlone(ReadOnlyMemory<byte> text) => ConfigLoader.LoadText(text, paths, environment, overridden: false);

    private ConfigEdit Edit(Func<byte[], (byte[]? Text, string? Error)> change)
    {
        if (environment.Flag("OPENCLAW_CONFIG_READONLY") == true)
        {
            return ConfigEdit.Refuse("The configuration is read-only (OPENCLAW_CONFIG_READONLY). Fix: unset it, or change the file where it is made.");
        }
        if (paths.ConfigPath.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || paths.ConfigPath.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
        {
            return ConfigEdit.Refuse($"{paths.ConfigPath} is YAML; the configuration is JSON5. Fix: write it as openclaw.json.");
        }
        using Lock.Scope scope = s_gate.EnterScope();
        try
        {
            byte[] before = File.Exists(paths.ConfigPath) ? File.ReadAllBytes(paths.ConfigPath) : [];
            (byte[]? after, string? error) = change(before);
            if (after is null)
            {
                return ConfigEdit.Refuse(error ?? "The change cannot be made.");
            }
            ConfigSnapshot result = ConfigLoader.LoadText(after, paths, environment);
            bool same = before.AsSpan().SequenceEqual(after);
            if (!result.Valid && (before.Length == 0 || ConfigLoader.LoadText(before, paths, environment).Valid))
            {
                return new ConfigEdit(false, false, $"The gateway would not start: {result.Problems[0]}", result);
            }
            ConfigSnapshot alone = ReadAlone(after); // the environment may hide a value from this start, and not from the next
            if (!alone.Valid && (before.Length == 0 || ReadAlone(before).Valid))
            {
                return new ConfigEdit(false, false, $"The gateway would not start without what the environment sets: {alone.Problems[0]}", result);
            }
            if (!same)
            {
                if (before.Length > 0)
                {
                    AtomicFile.Write(paths.ConfigPath + ".bak", before);
                }
                AtomicFile.Write(paths.ConfigPath, after);
            }
            return new ConfigEdit(true, !same, null, result);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ConfigEdit.Refuse($"{paths.ConfigPath} cannot be changed: {ReasonOf(exception)}.");
        }
    }

    // Of an error that comes from the system, .NET gives its number as it is; the numbers are Linux's.
    private static string ReasonOf(Exception exception) => exception.HResult switch
    {
        28 => "the disk is full. Fix: make room on it", // ENOSPC
        30 => "its file system is mounted read-only. Fix: change the file where it is made; a running gateway takes it over", // EROFS
        _ => $"{exception.Message.TrimEnd('.')}. Fix: let {Environment.UserName} write the file and its folder",
    };
}
