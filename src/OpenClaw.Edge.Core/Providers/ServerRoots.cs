namespace OpenClaw.Edge.Providers;

/// <summary>Cuts base URLs to what each protocol puts its paths behind. All results end with a slash and hold no user info,
/// query or fragment.</summary>
internal static class ServerRoots
{
    /// <summary>Root of a native API: without <c>/v1</c>, <c>/api</c> and the like.</summary>
    public static Uri Native(Uri uri)
    {
        string path = uri.AbsolutePath.TrimEnd('/');
        foreach (string tail in (string[])["/api/v1", "/api/v0", "/v1", "/api"])
        {
            if (path.EndsWith(tail, StringComparison.Ordinal))
            {
                path = path[..^tail.Length];
                break;
            }
        }

        return With(uri, path);
    }

    /// <summary>Root of an OpenAI-compatible API; a bare host gets <c>/v1</c>.</summary>
    public static Uri OpenAi(Uri uri)
    {
        string path = uri.AbsolutePath.TrimEnd('/');
        return With(uri, path.Length == 0 ? "/v1" : path);
    }

    /// <summary>Root of an Anthropic API: always ends in <c>/v1</c>.</summary>
    public static Uri Versioned(Uri uri)
    {
        string path = uri.AbsolutePath.TrimEnd('/');
        return With(uri, path.EndsWith("/v1", StringComparison.Ordinal) ? path : path + "/v1");
    }

    private static Uri With(Uri uri, string path) =>
        new($"{uri.Scheme}://{uri.Authority}{path}/");
}
