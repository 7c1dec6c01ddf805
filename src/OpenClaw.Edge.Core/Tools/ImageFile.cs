using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads images of the workspace for models that see.</summary>
internal static class ImageFile
{
    /// <summary>An image, or why there is none. Throws <see cref="WorkspaceException"/>.</summary>
    public static (PromptImage? Image, string Problem) Read(ToolCallContext context, string asked)
    {
        using WorkspaceFiles files = context.OpenToRead(asked);
        WorkspacePath path = files.Parse(asked);
        using SafeFileHandle handle = files.OpenFile(path, out long length);
        if (length > context.MaxImageBytes)
        {
            return (null, $"'{path}' has {length} bytes; images may have {context.MaxImageBytes} (agents.defaults.mediaMaxMb)");
        }

        byte[] bytes = new byte[length];
        int read = RandomAccess.Read(handle, bytes, 0);
        return ToolText.ImageType(bytes.AsSpan(0, read)) is not { } type
            ? (null, $"'{path}' is not a PNG, JPEG, GIF or WebP image")
            : (new PromptImage(type, Convert.ToBase64String(bytes, 0, read)), "");
    }
}
