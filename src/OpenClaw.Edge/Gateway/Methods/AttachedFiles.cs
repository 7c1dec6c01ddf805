using System.Globalization;
using System.Text;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Puts the files of a message where the agent's file tools reach them, and says so in the message.</summary>
internal static class AttachedFiles
{
    private const string Note = "[media attached: "; // the original's words: its pages know them
    private const string Folder = "media/inbound";
    private const int MaxKept = 500; // guess: newest files of an agent
    private const int MaxInline = 4000; // characters of a text that the model reads at once; the rest is in the file

    /// <summary>Keeps the files; the request's message then names them, and the model reads the beginning of texts at once.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    public static GatewayError? Keep(GatewayRuntime runtime, SessionKey key, List<AttachedFile> files, ref RunRequest request)
    {
        if (files.Count == 0)
        {
            return null;
        }

        // The same call again: its files lie there already.
        if (runtime.Runs.Find(request.RunId) is { } known)
        {
            request = known.Request.Message.StartsWith(request.Message, StringComparison.Ordinal)
                && known.Request.Message[request.Message.Length..].TrimStart('\n').StartsWith(Note, StringComparison.Ordinal)
                    ? request with { Message = known.Request.Message, Prompt = known.Request.Prompt }
                    : request;
            return null;
        }

        if (!runtime.Agents().TryGet(key.AgentId, out AgentEntry? agent))
        {
            return SessionTarget.UnknownAgent(key.AgentId);
        }

        StringBuilder told = new(request.Message);
        StringBuilder read = new();
        if (key.IsIncognito)
        {
            return Recite(files, ref request);
        }

        try
        {
            Directory.CreateDirectory(agent.Workspace);
            using WorkspaceFiles workspace = WorkspaceFiles.Open(agent.Workspace);
            string stamp = runtime.Time.GetUtcNow().ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
            for (int index = 0; index < files.Count; index++)
            {
                AttachedFile file = files[index];
                string path = $"{Folder}/{stamp}-{index + 1}-{file.Name}";
                workspace.WriteFile(workspace.Parse(path), file.Content);
                told.Append(told.Length > 0 ? "\n" : "").Append(CultureInfo.InvariantCulture, $"{Note}{path} ({file.Mime})]");
                if (TextOf(file) is { } text)
                {
                    read.Append(CultureInfo.InvariantCulture, $"\n\n<file path=\"{path}\">\n{text}\n</file>");
                }
            }

            Prune(workspace);
        }
        catch (WorkspaceException exception)
        {
            return GatewayError.Invalid($"the attachment cannot be kept: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return GatewayError.Unavailable($"the attachment cannot be kept in {agent.Workspace}: {exception.Message}");
        }

        string message = told.ToString();
        request = request with { Message = message, Prompt = read.Length > 0 ? message + read : request.Prompt };
        return null;
    }

    // Nothing of an incognito session comes to a disk: the model reads the beginning of texts, and other files have no place.
    private static GatewayError? Recite(List<AttachedFile> files, ref RunRequest request)
    {
        StringBuilder read = new(request.Prompt ?? request.Message);
        foreach (AttachedFile file in files)
        {
            if (TextOf(file) is not { } text)
            {
                return GatewayError.Invalid($"{file.Name} cannot be attached in an incognito session: it would have to be written to a disk. Send it as text or as an image.");
            }

            read.Append(CultureInfo.InvariantCulture, $"\n\n<file name=\"{file.Name}\">\n{text}\n</file>");
        }

        request = request with { Prompt = read.ToString() };
        return null;
    }

    // What is text in truth, whatever its name says.
    private static string? TextOf(AttachedFile file)
    {
        if (!(file.Mime.StartsWith("text/", StringComparison.Ordinal) || file.Mime is "application/json" or "application/xml" or "application/yaml")
            || file.Content.AsSpan().Contains((byte)0))
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(file.Content.AsSpan(0, Math.Min(file.Content.Length, MaxInline * 4)));
        int end = text.Length > MaxInline && char.IsHighSurrogate(text[MaxInline - 1]) ? MaxInline - 1 : MaxInline;
        return text.Length <= MaxInline && file.Content.Length <= MaxInline * 4 ? text : $"{text[..Math.Min(end, text.Length)]}\n… (the rest is in the file)";
    }

    private static void Prune(WorkspaceFiles workspace)
    {
        List<string> names = [];
        foreach (WorkspaceItem item in workspace.List(workspace.Parse(Folder)))
        {
            names.Add(item.Name);
        }

        names.Sort(StringComparer.Ordinal); // names begin with their time
        for (int index = 0; index < names.Count - MaxKept; index++)
        {
            workspace.DeleteFile(workspace.Parse($"{Folder}/{names[index]}"));
        }
    }
}
