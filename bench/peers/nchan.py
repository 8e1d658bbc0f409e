"""nginx with nchan as a fan-out server: GET /sub is the stream, POST /pub publishes."""

CONFIGURATION = """load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
{user}
daemon off;
worker_processes {workers};
worker_rlimit_nofile 20000;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 16000; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    nchan_shared_memory_size 128M;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /pub {{
            nchan_publisher;
            nchan_channel_id live;
            nchan_message_buffer_length 10;
            nchan_message_timeout 10s;
        }}
        location = /sub {{
            nchan_subscriber eventsource;
            nchan_channel_id live;
            nchan_subscriber_first_message newest;
        }}
    }}
}}
"""


def command(folder, port, workers, as_root):
    """Writes the configuration into `folder`; returns the command line that serves it on loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nginx.conf"
    user = "user root;" if as_root else ""
    path.write_text(CONFIGURATION.format(folder=folder.resolve(), port=port, workers=workers, user=user))
    return ["nginx", "-p", str(folder), "-c", str(path.resolve())]
