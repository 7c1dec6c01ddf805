using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads and changes <c>exec-approvals.json</c>. It is read anew at each use, so that an edit by hand holds at once; a
/// file that cannot be read denies every command. Thread-safe; one writer at a time.</summary>
public sealed class ExecApprovalsFile(string path) : IDisposable
{
    private const long MaxBytes = 4 * 1024 * 1024;

    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Reads it. A missing file is the empty document.</summary>
    public ExecApprovalsState Read()
    {
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
            {
                return new(ExecApprovals.Empty, Exists: false, HashOf([]), "");
            }

            if (file.Length > MaxBytes)
            {
                return Broken($"it is larger than {MaxBytes} bytes");
            }

            byte[] bytes = File.ReadAllBytes(path);
            return ExecApprovals.TryRead(Encoding.UTF8.GetString(bytes), out ExecApprovals document, out string problem)
                ? new(document, Exists: true, HashOf(bytes), "")
                : new(ExecApprovals.Empty, Exists: true, HashOf(bytes), Said(problem));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return Broken(cause.Message);
        }
    }

    /// <summary>Changes it. The new state, or null with a sentence: it was changed by somebody else, or cannot be written.</summary>
    /// <param name="baseHash">Hash of the state that the change was made for; null does not compare.</param>
    /// <param name="change">Makes the new document of the old one.</param>
    /// <param name="cancellationToken">Gives up waiting for other writers.</param>
    public async Task<(ExecApprovalsState? State, string Problem)> ChangeAsync(
        string? baseHash, Func<ExecApprovals, ExecApprovals> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ExecApprovalsState now = Read();
            if (baseHash is not null && now.Exists && !string.Equals(baseHash, now.Hash, StringComparison.OrdinalIgnoreCase))
            {
                return (null, "exec approvals changed since last load; re-run exec.approvals.get and retry");
            }

            if (baseHash is null && now.Problem.Length > 0)
            {
                return (null, now.Problem);
            }

            ExecApprovals changed = change(now.Document);
            if (!ReferenceEquals(changed, now.Document) || !now.Exists)
            {
                AtomicFile.CreateFolder(System.IO.Path.GetDirectoryName(path)!);
                AtomicFile.Write(path, changed.ToBytes());
            }

            return (Read(), "");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return (null, Said(cause.Message));
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes the members of what clients are told of it; the socket's token stays here.</summary>
    public void WriteMembers(Utf8JsonWriter json, ExecApprovalsState state)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(state);
        json.WriteString("path"u8, path);
        json.WriteBoolean("exists"u8, state.Exists);
        json.WritePropertyName("file"u8);
        state.Document.WriteRedacted(json, System.IO.Path.ChangeExtension(path, "sock")); // as there: on Linux nobody listens
        json.WriteString("hash"u8, state.Hash);
    }

    /// <summary>Replaces it by what a client sent.</summary>
    /// <param name="file">The document.</param>
    /// <param name="baseHash">Hash of the state that it was made for; null where there was no file.</param>
    /// <param name="cancellationToken">Gives up waiting for other writers.</param>
    /// <returns>The new state, or null with a sentence.</returns>
    public async Task<(ExecApprovalsState? State, string Problem)> ReplaceAsync(JsonElement file, string? baseHash, CancellationToken cancellationToken) =>
        baseHash is null && Read().Exists ? (null, "exec approvals base hash required; re-run exec.approvals.get and retry")
        : !ExecApprovals.TryRead(file.GetRawText(), out ExecApprovals wanted, out string problem) ? (null, $"exec approvals file is invalid: {problem}")
        : await ChangeAsync(baseHash ?? "", now => wanted.KeepingSocketOf(now), cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _writing.Dispose();

    private ExecApprovalsState Broken(string problem) => new(ExecApprovals.Empty, Exists: true, HashOf([]), Said(problem));

    private string Said(string problem) => $"{path} cannot be used: {problem}. Repair or remove it";

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
