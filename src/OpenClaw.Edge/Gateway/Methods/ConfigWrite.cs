using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>One change of the configuration file that a client asks for: checked against the file's hash, secrets put back,
/// validated, written whole, put in force. One object, one call.</summary>
internal sealed class ConfigWrite(GatewayRuntime runtime, string? baseHash)
{
    private const int MaxIssuesInMessage = 3;
    private static readonly SemaphoreSlim s_writing = new(1, 1); // the file is read and written in one piece

    private GatewayError? _error;

    /// <summary>The configuration before the change.</summary>
    public ConfigSnapshot Before { get; private set; } = runtime.Config.Current;

    /// <summary>The configuration after it.</summary>
    public ConfigSnapshot After { get; private set; } = runtime.Config.Current;

    /// <summary>Whether bytes were written.</summary>
    public bool Changed { get; private set; }

    /// <summary>Does it; the error when nothing was written.</summary>
    /// <param name="rule">Makes the new text from the old one.</param>
    /// <param name="keepEqual">Whether a text that says the same as the one before is not written; it is one that was made of it. Any other is a
    /// client's, and takes in nothing that the client was only shown.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    public async Task<GatewayError?> RunAsync(
        Func<byte[], (byte[]? Text, string? Error)> rule, bool keepEqual, CancellationToken cancellationToken)
    {
        await s_writing.WaitAsync(cancellationToken);
        try
        {
            ConfigEdit edit = await Task.Run(() => runtime.Editor.Change(text => Judge(text, rule, keepEqual)), CancellationToken.None);
            if (!edit.Accepted)
            {
                return _error ?? GatewayError.Invalid(edit.Error ?? "the configuration cannot be changed");
            }

            Changed = edit.Changed;
            if (Changed && Before.Config.Gateway.Reload.Mode != "off")
            {
                await runtime.Config.ReloadAsync(CancellationToken.None);
            }

            return null;
        }
        finally
        {
            s_writing.Release();
        }
    }

    private (byte[]? Text, string? Error) Judge(byte[] text, Func<byte[], (byte[]? Text, string? Error)> rule, bool keepEqual)
    {
        Before = runtime.Editor.Read(text);
        if (text.Length > 0 && baseHash is not null && BadHash() is { } stale)
        {
            return Refuse(GatewayError.Invalid(stale));
        }

        (byte[]? wanted, string? error) = rule(text);
        if (text.Length > 0 && BadHash() is { } unnamed && !(keepEqual && wanted is not null && ConfigText.SaySame(text, wanted)))
        {
            return Refuse(GatewayError.Invalid(unnamed)); // only what changes nothing needs no hash
        }

        if (wanted is null)
        {
            return Refuse(GatewayError.Invalid(error ?? "the configuration cannot be changed"));
        }

        // Secrets come from the files: what the environment sets is not for the disk.
        ConfigSnapshot alone = runtime.Editor.ReadAlone(text);
        if (!keepEqual && !ConfigOrigins.TryKeep(wanted, text, Before, alone, out wanted, out error))
        {
            return Refuse(GatewayError.Invalid(error));
        }

        using JsonDocument? source = ConfigText.Parse(text);
        using JsonDocument resolved = JsonDocument.Parse(alone.Json);
        JsonElement[] originals = source is null ? [resolved.RootElement] : [source.RootElement, resolved.RootElement];
        if (!ConfigSecrets.TryRestore(wanted, originals, out byte[]? restored, out error))
        {
            return Refuse(GatewayError.Invalid($"invalid config: {error}"));
        }

        After = runtime.Editor.Read(restored);
        if (NewIssues(text, restored) is { Count: > 0 } issues)
        {
            return Refuse(InvalidConfig(issues));
        }

        if (keepEqual && ConfigText.SaySame(text, restored))
        {
            After = Before;
            return (text, null);
        }

        return (restored, null);
    }

    private string? BadHash() => baseHash switch
    {
        null => "config base hash required; re-run config.get and retry",
        _ when baseHash != Before.Hash => "config changed since last load; re-run config.get and retry",
        _ => null,
    };

    // What was wrong before and does not stop a start may stay: a change of one key is not held up by another.
    // A value that the command line hides is judged as well: the next start may come without it.
    private List<ConfigProblem> NewIssues(byte[] before, byte[] after)
    {
        IReadOnlyList<ConfigProblem> known = [.. Before.Problems, .. runtime.Editor.ReadAlone(before).Problems];
        return
        [
            .. After.Problems.Concat(runtime.Editor.ReadAlone(after).Problems.Where(hidden => !After.Problems.Any(told => told.Path == hidden.Path)))
                .Where(problem => problem.Severity is ProblemSeverity.Fatal or ProblemSeverity.Error
                    && (!known.Any(old => old.Path == problem.Path && old.Message == problem.Message)
                        || (problem.Severity == ProblemSeverity.Fatal && After.Problems.Contains(problem)))),
        ];
    }

    private (byte[]? Text, string? Error) Refuse(GatewayError error)
    {
        _error = error;
        return (null, error.Message);
    }

    private static GatewayError InvalidConfig(List<ConfigProblem> issues)
    {
        string told = string.Join("; ", issues.Take(MaxIssuesInMessage).Select(issue =>
            issue.Path.Length > 0 ? $"{issue.Path}: {issue.Message}" : issue.Message));
        string more = issues.Count > MaxIssuesInMessage ? $" (+{issues.Count - MaxIssuesInMessage} more issues)" : "";
        return GatewayError.Invalid($"invalid config: {told}{more}", json => ConfigText.WriteIssues(json, "issues", issues));
    }
}
