using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Creates or replaces a text file of the workspace in one step.</summary>
public sealed class WriteTool : ITool
{
    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "write",
        "Create or overwrite a workspace file. Makes parent directories.",
        """{"type":"object","properties":{"path":{"type":"string"},"content":{"type":"string"}},"required":["path","content"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"write {ToolJson.Text(arguments, "path")}";

    /// <inheritdoc />
    public ValueTask<ToolResult> InvokeAsync(
        ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        using WorkspaceFiles files = context.OpenFiles(ToolJson.Text(arguments, "path"));
        WorkspacePath path = files.Parse(ToolJson.Text(arguments, "path"));
        byte[] content = Encoding.UTF8.GetBytes(ToolJson.Text(arguments, "content"));
        cancellationToken.ThrowIfCancellationRequested(); // after this the file changes
        bool created = files.WriteFile(path, content);
        return ValueTask.FromResult(new ToolResult(
            $"{(created ? "Created" : "Replaced")} {path} ({content.Length} bytes).",
            Details: ToolJson.Object(writer =>
            {
                writer.WriteBoolean("created", created);
                writer.WriteNumber("bytes", content.Length);
            })));
    }
}
