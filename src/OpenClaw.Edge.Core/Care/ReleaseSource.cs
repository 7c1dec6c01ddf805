using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Care;

/// <summary>Where releases are: a folder, or an address that has the same files.</summary>
public sealed class ReleaseSource(string place, ProviderHttp http)
{
    private const int MostRedirects = 5;
    private const long MostBytes = 256L << 20; // ten times a tarball of today

    /// <summary>As it was named, without a slash at the end.</summary>
    public string Place { get; } = place.TrimEnd('/');

    private Uri? Address => Place.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || Place.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        ? new Uri(Place + "/")
        : null;

    /// <summary>Reads a small file.</summary>
    /// <exception cref="CareException">It is not there, or too large.</exception>
    public async Task<byte[]> ReadAsync(string name, CancellationToken cancellationToken)
    {
        using MemoryStream contents = new();
        await CopyAsync(name, contents, 1 << 20, cancellationToken);
        return contents.ToArray();
    }

    /// <summary>Copies a file.</summary>
    /// <exception cref="CareException">It is not there, or larger than any release.</exception>
    public Task CopyAsync(string name, Stream target, CancellationToken cancellationToken) => CopyAsync(name, target, MostBytes, cancellationToken);

    private async Task CopyAsync(string name, Stream target, long most, CancellationToken cancellationToken)
    {
        try
        {
            if (Address is not { } address)
            {
                await using FileStream file = File.OpenRead(Path.Combine(Place, name));
                await CopyAsync(file, target, name, most, cancellationToken);
                return;
            }

            using HttpResponseMessage response = await GetAsync(new Uri(address, name), cancellationToken);
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await CopyAsync(body, target, name, most, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            throw new CareException(CareFailure.Refused, $"{Place}/{name} cannot be read: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(Uri uri, CancellationToken cancellationToken)
    {
        for (int hop = 0; hop <= MostRedirects; hop++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, uri);
            HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                // where to does not matter: what comes is checked against the signed list
                uri = (int)response.StatusCode is >= 301 and <= 308 && response.Headers.Location is { } next
                    ? new Uri(uri, next)
                    : throw new HttpRequestException($"the server answers {(int)response.StatusCode}.");
            }
        }

        throw new HttpRequestException("too many redirects.");
    }

    private static async Task CopyAsync(Stream source, Stream target, string name, long most, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 << 10];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
        {
            most -= read;
            if (most < 0)
            {
                throw new IOException($"'{name}' is larger than anything that we publish.");
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
