using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Where the tools of a session work.</summary>
/// <param name="Root">Absolute path on this machine.</param>
/// <param name="ShownAs">Absolute path under which the session's sandbox knows it; null without one.</param>
internal sealed record SessionFolder(string Root, string? ShownAs = null)
{
    /// <summary>The folder of a session; null where its sandbox cannot be, so that its tools work nowhere.</summary>
    public static SessionFolder? Of(SandboxRouter? sandbox, SandboxScope scope)
    {
        try
        {
            return sandbox?.WorkspaceOf(scope) is (string host, string workdir) ? new SessionFolder(host, workdir.TrimEnd('/')) : new SessionFolder(scope.WorkspaceDir);
        }
        catch (SandboxUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Reads a path as a model or a person writes it; false when it leads out of the folder.</summary>
    public bool TryParse(string text, out WorkspacePath path)
    {
        string trimmed = text.Trim();
        string root = ShownAs is not null && (trimmed == ShownAs || trimmed.StartsWith(ShownAs + "/", StringComparison.Ordinal)) ? ShownAs : Root;
        return WorkspacePath.TryParse(text, root, out path, out _);
    }
}
