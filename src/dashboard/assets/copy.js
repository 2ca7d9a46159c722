// filled by its pages
